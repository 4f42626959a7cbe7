import { SCOPES } from '../apps';
import { EFFECT_NAMES } from '../effects';
import { FAULT_KINDS } from '../faults';
import { OPERATION_NAMES, TENANT_OPERATION_NAMES } from '../operationNames';
import { OUTCOMES } from '../requests';

/** Schemas of the control API's bodies and queries: what is not in them is refused. */

const boolean = { type: 'boolean' };
const string = { type: 'string' };
const strings = { type: 'array', items: string };
const count = { type: 'integer', minimum: 0 };
const positive = { type: 'integer', minimum: 1 };
const seconds = { type: 'number', minimum: 0 };
const tenantOperation = { type: 'string', enum: [...TENANT_OPERATION_NAMES] };
const operation = { type: 'string', enum: [...OPERATION_NAMES] };
const object = (properties: object, required: string[] = []) => ({
	type: 'object',
	additionalProperties: false,
	required,
	properties,
});
const oneOrMore = (items: object) => ({ anyOf: [items, { type: 'array', items, minItems: 1 }] });

export const reset = object({ keepTokens: boolean });
export const expireTokens = object({ app_id: string });
export const advanceClock = object({ seconds }, ['seconds']);

export const settings = object({
	latency: { type: 'number', minimum: 0 },
	tokenLifetime: seconds,
	tokenRenewalMargin: seconds,
	tokenErrorsAs400: boolean,
	reasonsAsNames: boolean,
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
});

export const requestFilter = object({
	operation,
	app_id: string,
	outcome: { type: 'string', enum: [...OUTCOMES] },
	status: { type: 'integer' },
	code: { type: 'integer' },
	handled: boolean,
	fault: { type: 'string', enum: [...FAULT_KINDS] },
	after: count,
	limit: count,
});

export const effectFilter = object({
	effect: { type: 'string', enum: [...EFFECT_NAMES] },
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

export const groupChange = object({
	addMembers: strings,
	removeMembers: strings,
	addBots: strings,
	removeBots: strings,
});

export const appChange = object({
	scopes: { type: 'array', items: { type: 'string', enum: [...SCOPES] } },
	availableDepartments: { type: ['array', 'null'], items: string },
	unavailablePeople: strings,
	peopleWithoutBotChat: strings,
});

export const fault = object(
	{
		kind: { type: 'string', enum: [...FAULT_KINDS] },
		operation: oneOrMore(operation),
		app_id: string,
		recipient: oneOrMore(string),
		nth: oneOrMore(positive),
		first: count,
		every: positive,
		times: count,
		handled: boolean,
		seconds,
		retryAfter: positive,
		reason: { type: 'string', enum: ['0', '1', '2', '3', '4'] },
		error_code: { type: 'integer' },
		error_message: string,
	},
	['kind'],
);
