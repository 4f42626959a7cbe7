import { asObject } from '../../shared/primitives/json';
import type { EventBody } from '../event/feishuEvent';

/** What marks every other message of Feishu: the old callback has none of these. */
const FIELDS_OF_OTHERS = ['encrypt', 'schema', 'header', 'event', 'type'];

/**
 * True for the old callback of a card's button, `card.action.trigger_v1`, which apps made before 2024
 * may still get. It names neither its type nor an event ID. Feishu: feishu-openapi.md, section 5.
 */
export function isOldCallback(body: EventBody): boolean {
	return (
		asObject(body.action) !== undefined &&
		!FIELDS_OF_OTHERS.some((field) => Object.hasOwn(body, field))
	);
}

/**
 * Gives the old callback the shape of the new one, `card.action.trigger`.
 *
 * @param proof the headers of the request. The signature stands in for the event ID: it is the same for
 *   a replay, and another for each press.
 */
export function readOldCallback(
	body: EventBody,
	{ timestamp, signature }: { timestamp: string; signature: string },
	appId: string,
): EventBody {
	const { open_id, user_id, union_id, tenant_key, open_message_id, open_chat_id, ...rest } = body;
	return {
		header: present({
			event_id: signature.toLowerCase(),
			event_type: 'card.action.trigger',
			create_time: timestamp,
			tenant_key,
			app_id: appId,
		}),
		event: {
			...rest,
			operator: present({ tenant_key, user_id, open_id, union_id }),
			context: present({ open_message_id, open_chat_id }),
		},
	};
}

function present(fields: Record<string, unknown>): Record<string, unknown> {
	return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
