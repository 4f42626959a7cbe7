import { SCOPES } from '../apps';
import { EFFECT_NAMES } from '../effects';
import { FAULT_KINDS } from '../faults';
import { GATEWAY_CODES, NAMED_IDS, USER_ID_CODES } from '../gateway';
import { OPERATION_NAMES, TENANT_OPERATION_NAMES } from '../operationNames';
import { ENTRY_USER_IDS } from '../operations/operation';
import { OUTCOMES } from '../requests';
import {
	ACTION_VALUES_FORMS,
	ACTION_VALUES_PLACES,
	BIZ_ID_PLACES,
	CHAT_SEARCH_V2,
	TIMESTAMP_UNITS,
} from '../settings';
import {
	boolean,
	count,
	object,
	oneOf,
	oneOrMore,
	positive,
	seconds,
	string,
	strings,
} from './schemaParts';

/** Schemas of the control API's bodies and queries: what is not in them is refused. */

const tenantOperation = oneOf(TENANT_OPERATION_NAMES);
const operation = oneOf(OPERATION_NAMES);

export const reset = object({
	keepTokens: boolean,
	keepConnections: boolean,
	keepCallbacks: boolean,
});
export const expireTokens = object({ app_id: string });
export const advanceClock = object({ seconds }, ['seconds']);

export const settings = object({
	allowedHosts: { type: 'array', items: { type: 'string', pattern: '^([^:/\\s]+|\\[.+\\])$' } },
	latency: { type: 'number', minimum: 0 },
	tokenLifetime: seconds,
	tokenRenewalMargin: seconds,
	tokenErrorsAs400: boolean,
	reasonsAsNames: boolean,
	chatSearchV2: oneOf(CHAT_SEARCH_V2),
	rateLimiting: object({
		enabled: boolean,
		countRefused: boolean,
		limits: {
			type: 'object',
			propertyNames: tenantOperation,
			additionalProperties: object({ perSecond: count, perMinute: count }),
		},
		answer400: { type: 'array', items: tenantOperation },
	}),
	recording: object({ requests: boolean, bodies: boolean, effects: boolean, mostRequests: count }),
	gateway: object({
		refusesUserIds: boolean,
		namesIds: oneOf(NAMED_IDS),
		unknownIdCode: { enum: [null, ...USER_ID_CODES] },
		coversTokens: boolean,
	}),
	callbacks: object({
		answerTimeout: seconds,
		verificationTimeout: seconds,
		retryTimeFactor: seconds,
		signedVerification: boolean,
		timestampUnit: oneOf(TIMESTAMP_UNITS),
		actionValues: oneOf(ACTION_VALUES_PLACES),
		actionValuesForm: oneOf(ACTION_VALUES_FORMS),
		bizId: oneOf(BIZ_ID_PLACES),
		host: string,
		delivery_type: string,
	}),
	longConnection: object({
		clientConfig: object({
			ReconnectCount: { type: 'integer', minimum: -1 },
			ReconnectInterval: seconds,
			ReconnectNonce: seconds,
			PingInterval: seconds,
		}),
		configInPong: boolean,
		mostConnections: count,
		mostPayloadBytes: positive,
		partOrder: oneOf(['ascending', 'descending', 'random']),
		callbackType: oneOf(['event', 'card']),
	}),
});

export const requestFilter = object({
	operation,
	app_id: string,
	outcome: oneOf(OUTCOMES),
	status: { type: 'integer' },
	code: { type: 'integer' },
	handled: boolean,
	fault: oneOf(FAULT_KINDS),
	after: count,
	limit: count,
});

export const effectFilter = object({
	effect: oneOf(EFFECT_NAMES),
	app_id: string,
	open_id: string,
	biz_id: string,
	chat_id: string,
	request: count,
	after: count,
	limit: count,
});

export const peopleQuery = object({
	tenant_key: string,
	offset: count,
	limit: count,
	fields: string,
});

export const personChange = object({ is_resigned: boolean, is_foreign: boolean });

export const liveQuery = object({ people: string });
export const feedsQuery = object({ people: string }, ['people']);

const perLanguage = (one: object) => object({ zh: one, en: one }, ['zh', 'en']);
const texts = perLanguage(string);
const address = { type: 'string', pattern: '^https?://[^/]' };
const anyObject = { type: 'object', additionalProperties: true };
const listOf = (items: object) => ({ type: 'array', items });

const scenario = {
	id: { type: 'string', pattern: '^[\\w-]+$' },
	kind: oneOf(['scenario', 'template']),
	title: texts,
	about: texts,
	workflow: perLanguage(object({ name: string, url: address }, ['name', 'url'])),
	people: strings,
	steps: listOf(texts),
	triggers: listOf(
		object(
			{
				id: string,
				label: texts,
				step: { type: 'integer', minimum: 0 },
				url: perLanguage(address),
				body: perLanguage(anyObject),
			},
			['id', 'label', 'step', 'url', 'body'],
		),
	),
};
const login = object({ url: address, email: string, password: string }, [
	'url',
	'email',
	'password',
]);

export const startPage = object(
	{
		n8n: { anyOf: [login, { type: 'null' }] },
		scenarios: listOf(object(scenario, Object.keys(scenario))),
	},
	['n8n', 'scenarios'],
);

export const newGroups = object(
	{
		tenant_key: string,
		groups: listOf(
			object({ name: string, description: string, members: strings, bots: strings }, ['name']),
		),
	},
	['groups'],
);
export const newDepartments = object(
	{
		tenant_key: string,
		departments: listOf(object({ name: string, parent: string, members: strings }, ['name'])),
	},
	['departments'],
);

export const groupChange = object({
	addMembers: strings,
	removeMembers: strings,
	addBots: strings,
	removeBots: strings,
});

export const appChange = object({
	scopes: { type: 'array', items: oneOf(SCOPES) },
	availableDepartments: { type: ['array', 'null'], items: string },
	readableDepartments: { type: ['array', 'null'], items: string },
	unavailablePeople: strings,
	peopleWithoutBotChat: strings,
	isDisabled: boolean,
	uninstalledFrom: strings,
	allowedIps: { type: ['array', 'null'], items: string },
});
export const appSecret = object({ app_secret: { type: 'string', minLength: 1 } });
export const tenantChange = object({ monthlyQuota: { type: ['integer', 'null'], minimum: 0 } });

const faultFields = object(
	{
		kind: oneOf(FAULT_KINDS),
		operation: oneOrMore(operation),
		app_id: string,
		recipient: oneOrMore(string),
		contains: string,
		nth: oneOrMore(positive),
		first: count,
		every: positive,
		times: count,
		handled: boolean,
		seconds,
		retryAfter: positive,
		reason: oneOf(['0', '1', '2', '3', '4']),
		error_code: { type: 'integer' },
		error_message: string,
		code: { type: 'integer' },
		msg: string,
		status: { type: 'integer', minimum: 200, maximum: 599 },
		namesIds: oneOf(NAMED_IDS),
		text: string,
		entryUserId: oneOf(ENTRY_USER_IDS),
	},
	['kind'],
);
export const fault = {
	...faultFields,
	if: { type: 'object', properties: { kind: { const: 'gatewayCode' } } },
	then: {
		type: 'object',
		required: ['code'],
		properties: { code: { enum: [...GATEWAY_CODES.keys()] } },
	},
};
