import { asObject, asText, firstText, parseObject } from '../../shared/primitives/json';

/** The JSON body of an event or callback, as Feishu sent it. */
export type EventBody = Record<string, unknown>;

const BUTTON_PRESSED = 'card.action.trigger';
/** The latest time that a Date can hold. */
const LATEST_DATE_MS = 8.64e15;

/** What an event says, in one shape, whatever the event's own. */
export interface FeishuEvent {
	/** Who pressed the button. */
	operator?: { open_id?: string; union_id?: string; user_id?: string };
	/** The action values of the button. */
	action: Record<string, unknown>;
	biz_id?: string;
	chat_id?: string;
	message_id?: string;
	/** When it happened, in ISO 8601, or when it arrived if Feishu does not say. */
	time: string;
	event_type?: string;
	event_id?: string;
	/** The whole event as Feishu sent it, without the Verification Token. */
	event: EventBody;
}

/**
 * Reads an event. Feishu's reference does not print the callback of a feed card's button, so its
 * values are looked for wherever they may be, and the whole event is passed on.
 *
 * @param now milliseconds since 1970
 */
export function readEvent(body: EventBody, now: number): FeishuEvent {
	const event = asObject(body.event) ?? {};
	const action = asObject(event.action) ?? {};
	const context = asObject(event.context) ?? {};
	const operator = asObject(event.operator) ?? {};
	const values =
		actionValuesIn(action.value) ??
		actionValuesIn(action.action_map) ??
		actionValuesIn(event.action_map) ??
		{};
	const places = [event, action, context, values];
	// In the order in which the output panel shows it: who pressed what, then the rest.
	return withoutAbsent({
		operator: operatorOf(operator),
		action: values,
		biz_id: firstOf(places, ['biz_id']),
		chat_id: firstOf(places, ['open_chat_id', 'chat_id']),
		message_id: firstOf(places, ['open_message_id', 'message_id']),
		time: timeOf(body, now),
		event_type: eventTypeOf(body),
		event_id: eventIdOf(body),
		event: withoutVerificationToken(body),
	});
}

/** Action values: an object, or a text that holds one as JSON. */
function actionValuesIn(value: unknown): Record<string, unknown> | undefined {
	return typeof value === 'string' ? parseObject(value) : asObject(value);
}

/** The event's type: in the header of schema 2.0, in the event of schema 1.0. */
export function eventTypeOf(body: EventBody): string | undefined {
	return firstText(asObject(body.header)?.event_type ?? asObject(body.event)?.type);
}

/** The event's ID, which is the same for all copies of it. */
function eventIdOf(body: EventBody): string | undefined {
	return firstText(asObject(body.header)?.event_id ?? body.uuid);
}

/** What proves that a callback is from Feishu is not for the workflow, whose data others may read. */
function withoutVerificationToken(body: EventBody): EventBody {
	const header = asObject(body.header);
	return {
		...withoutToken(body),
		...(header && { header: withoutToken(header) }),
	};
}

function withoutToken(fields: Record<string, unknown>): Record<string, unknown> {
	return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== 'token'));
}

/** True for a press on a button, also where Feishu should call the event something new. */
export function isButtonPress({ event_type: type, event: { event } }: FeishuEvent): boolean {
	const content = asObject(event);
	return type === BUTTON_PRESSED || Boolean(content?.action ?? content?.action_map);
}

function operatorOf(operator: Record<string, unknown>): FeishuEvent['operator'] {
	// Other events nest the IDs of the person one deeper.
	const ids = { ...asObject(operator.operator_id), ...operator };
	const known = withoutAbsent({
		open_id: firstText(ids.open_id),
		union_id: firstText(ids.union_id),
		user_id: firstText(ids.user_id),
	});
	return Object.keys(known).length > 0 ? known : undefined;
}

/** `create_time` is in milliseconds; some events have it in seconds or microseconds. */
function timeOf(body: EventBody, now: number): string {
	const given = Number(asText(asObject(body.header)?.create_time ?? body.ts));
	if (!Number.isFinite(given) || given <= 0) return new Date(now).toISOString();
	const timeMs = given < 1e11 ? given * 1e3 : given < 1e14 ? given : given / 1e3;
	return new Date(Math.min(timeMs, LATEST_DATE_MS)).toISOString();
}

function firstOf(places: Array<Record<string, unknown>>, names: string[]): string | undefined {
	return firstText(...names.flatMap((name) => places.map((place) => place[name])));
}

function withoutAbsent<Fields extends object>(fields: Fields): Fields {
	return Object.fromEntries(
		Object.entries(fields).filter(([, value]) => value !== undefined),
	) as Fields;
}
