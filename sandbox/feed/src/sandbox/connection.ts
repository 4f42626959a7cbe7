import type { LiveMessage } from '../../../feishu/src/client';
import { createStore } from '../store';
import { readFeeds } from './feeds';
import { noteWire } from './wire';

/** `lost`: the sandbox does not answer, and is asked again and again. */
export type ConnectionState = 'opening' | 'open' | 'lost';

/** Whether the sandbox tells what changes. */
export const connectionState = createStore<ConnectionState>('opening');

/** Milliseconds until a stream that the browser gave up is opened anew. */
const REOPEN_AFTER = 1000;

/**
 * Listens to what changes in the sandbox, among these people's message lists and on the wire, until
 * the returned function is called. Comes back by itself when the sandbox went away. `onAnew` is
 * called when the sandbox answers, again after it was away or reset, and when its start page changes.
 */
export function listen(people: readonly string[], onAnew: () => void): () => void {
	let stream: EventSource;
	let reopening: number | undefined;

	const take = (message: LiveMessage) => {
		noteWire(message);
		if (message.name === 'snapshot') {
			connectionState.set('open');
			readFeeds(people);
			onAnew();
			return;
		}
		const { people: changed = [], notifications, startPage } = message.data;
		if (changed.length > 0 || notifications) readFeeds(changed, notifications);
		if (startPage) onAnew();
	};

	const open = () => {
		stream = new EventSource(`/sandbox/live?people=${people.join(',')}`);
		for (const name of ['snapshot', 'change'] as const) {
			stream.addEventListener(name, (event) =>
				take({ name, data: JSON.parse((event as MessageEvent<string>).data) } as LiveMessage),
			);
		}
		stream.addEventListener('error', () => {
			connectionState.set('lost');
			if (stream.readyState === EventSource.CLOSED) {
				reopening = window.setTimeout(open, REOPEN_AFTER);
			}
		});
	};

	open();
	return () => {
		window.clearTimeout(reopening);
		stream.close();
	};
}
