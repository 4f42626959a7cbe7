import { PLATFORMS } from '../callbacks/buttonPress';
import { BUTTON_CALLBACKS, CALLBACK_MODES } from '../callbacks/configuration';
import { EVENT_SCHEMAS } from '../callbacks/callbacks';
import { EVENT_STATES } from '../callbacks/eventLog';
import { boolean, count, object, oneOf, positive, string } from './schemaParts';

/** Schemas of the control API's part about callbacks, events and long connections. */

const word = { type: 'string', minLength: 1 };
const address = { type: 'string', pattern: '^https?://[^/]' };
const anyObject = { type: 'object', additionalProperties: true };

export const callbackChange = object({
	mode: oneOf(CALLBACK_MODES),
	url: { type: 'string', pattern: '^(https?://[^/].*)?$' },
	encrypt_key: string,
	verification_token: string,
	button_callback: oneOf(BUTTON_CALLBACKS),
	verify: boolean,
});

export const callbackVerification = object({ url: address });

export const press = object(
	{
		user: word,
		biz_id: word,
		chat_id: word,
		app_id: word,
		button: { type: ['integer', 'string'] },
		platform: oneOf(PLATFORMS),
	},
	['user', 'button'],
);

export const event = object(
	{
		app_id: word,
		event_type: word,
		event: anyObject,
		tenant_key: word,
		schema: oneOf(EVENT_SCHEMAS),
		kind: oneOf(['event', 'callback']),
	},
	['app_id', 'event_type', 'event'],
);

export const eventFilter = object({
	app_id: string,
	event_id: string,
	event_type: string,
	state: oneOf(EVENT_STATES),
	open_id: string,
	biz_id: string,
	chat_id: string,
	after: count,
	limit: count,
});

const connections = { app_id: word, connection: positive };

export const connectionFilter = object({ ...connections, isOpen: boolean });

export const disconnection = object({
	...connections,
	how: oneOf(['close', 'terminate']),
	// The codes that may stand in a close (RFC 6455, section 7.4).
	code: {
		type: 'integer',
		anyOf: [
			{ enum: [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014] },
			{ minimum: 3000, maximum: 4999 },
		],
	},
	reason: { type: 'string', maxLength: 30 },
});

export const stall = object({ ...connections, stalled: boolean });
