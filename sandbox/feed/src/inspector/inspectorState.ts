import { remember, remembered } from '../appearance/remember';
import { createStore } from '../store';

/** From this width on, in pixels, the inspector is beside the message lists, not over them. */
export const BESIDE = '(min-width: 1100px)';

/** The ID of the button that opens and closes it. */
export const TOGGLE_ID = 'toggle-inspector';

const isBeside = matchMedia(BESIDE).matches;

/** A scenario is about the message lists: they get the room until somebody asks for the inspector. */
const atFirst = new URLSearchParams(location.search).has('scenario') ? 'closed' : 'open';

/** Whether the inspector is open: on a wide screen, as somebody has left it. */
export const isInspectorOpen = createStore(
	isBeside && (remembered('inspector') ?? atFirst) === 'open',
);

/** The number of the event that is looked at, if one is. */
export const shownEvent = createStore<number | undefined>(undefined);

/** Opens or closes the inspector, and remembers it. */
export function changeInspector(isOpen: boolean): void {
	if (matchMedia(BESIDE).matches) remember('inspector', isOpen ? 'open' : 'closed');
	isInspectorOpen.set(isOpen);
}

/** Opens the inspector at an event. */
export function showInInspector(event: number): void {
	isInspectorOpen.set(true);
	shownEvent.set(event);
}
