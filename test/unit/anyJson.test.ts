import fc from 'fast-check';
import type { Logger } from 'n8n-workflow';

import { readToastOfWorkflow } from '../../nodes/FeishuFeedTrigger/event/toast';
import { readEvent } from '../../nodes/FeishuFeedTrigger/event/feishuEvent';
import { isWanted } from '../../nodes/FeishuFeedTrigger/event/filter';
import { sentenceOf } from '../../nodes/shared/api/failures';
import { readResponse, readFailedRecipients } from '../../nodes/shared/api/responses';
import { CREATE_APP_FEED_CARD, SET_BOT_TIME_SENSITIVE } from '../../nodes/shared/api/endpoints';
import { readCallback } from '../../nodes/FeishuFeedTrigger/webhook/callback';
import { EventDelivery } from '../../nodes/FeishuFeedTrigger/longConnection/EventDelivery';
import type { EventResponse } from '../../nodes/FeishuFeedTrigger/longConnection/EventDelivery';
import { shown } from '../../nodes/shared/validation/InvalidField';
import {
	DEFAULT_CLIENT_CONFIG,
	askForEndpoint,
	readClientConfig,
} from '../../nodes/FeishuFeedTrigger/longConnection/endpoint';
import {
	findResumeValues,
	readResumeRequest,
	readResumeTarget,
} from '../../nodes/shared/sendAndWait/resumeToken';
import { TokenError, fetchTenantAccessToken } from '../../nodes/shared/api/tenantCredential';
import type { TenantCredential } from '../../nodes/shared/api/tenantCredential';

/** The names that the node looks for, in what comes over the wire. */
const READ = [
	'code msg error log_id permission_violations subject data failed_cards failed_user_reasons user_id',
	'biz_id reason error_code error_message tenant_access_token URL ClientConfig PingInterval',
	'schema header token type challenge event_type event_id create_time app_id uuid ts event operator',
	'operator_id open_id union_id context action value action_map chat_id toast content i18n proof',
	'n8n_resume_url n8n_resume_proof',
].flatMap((names) => names.split(' '));
/** The names that JavaScript looks for. */
const LANGUAGE = ['toString', 'valueOf', 'toJSON', '__proto__', 'constructor', 'length', 'then'];

const text = fc.oneof(
	fc.constantFrom(...LANGUAGE, '0', '3', '99991400', 'card.action.trigger', 'ou_a', ''),
	fc.string(),
);
const { any } = fc.letrec<{ any: unknown }>((tie) => ({
	any: fc.oneof(
		{ maxDepth: 5, depthSize: 'medium' },
		text,
		fc.constantFrom(null, true, false, 0, 1, -1, 3, 99991663, 99991672, 1e300),
		fc.array(tie('any'), { maxLength: 3 }),
		fc.dictionary(fc.constantFrom(...READ, ...LANGUAGE), tie('any'), { maxKeys: 6 }),
	),
}));
/** As JSON.parse makes it, which knows no prototype but does know a key of that name. */
const json = any.map((value): unknown => JSON.parse(JSON.stringify(value)));

const NOW = Date.UTC(2026, 10, 22);
const credential = {
	region: 'feishu',
	appType: 'custom',
	appId: 'cli_a',
	appSecret: 's',
} as TenantCredential;
const silent = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} } as Logger;

describe('any JSON is read, never stumbled over:', () => {
	const holds = (name: string, read: (value: unknown) => void | Promise<void>) =>
		it(name, async () => {
			await fc.assert(
				fc.asyncProperty(json, async (value) => await read(value)),
				{ numRuns: 2_000 },
			);
		});

	holds('the answer to a call', (value) => {
		for (const statusCode of [200, 302, 400, 429, 500]) {
			for (const body of [value, { code: 99991672, msg: value, error: value }]) {
				const { failure } = readResponse({ statusCode, headers: {}, body }, { scopes: ['a'] });
				if (failure) expect(sentenceOf(failure)).toEqual(expect.any(String));
			}
		}
	});

	holds('the recipients who were not reached', (value) => {
		for (const endpoint of [CREATE_APP_FEED_CARD, SET_BOT_TIME_SENSITIVE]) {
			const data = { [endpoint.failureList]: [value, { user_id: 'ou_a', reason: value }] };
			const recipient = { userId: 'ou_a', target: 'biz' };
			const [failure] = readFailedRecipients(data, endpoint, [recipient]);
			expect(failure).toMatchObject({ reason: expect.any(String) });
			expect(sentenceOf(failure!)).toEqual(expect.any(String));
		}
	});

	holds('the answer to a request for a token', async (value) => {
		for (const body of [value, { code: 10014, msg: value }]) {
			const outcome: unknown = await fetchTenantAccessToken(credential, async () => body).catch(
				(error: unknown) => error,
			);
			expect(typeof outcome === 'string' || outcome instanceof TokenError).toBe(true);
		}
	});

	holds('the answer to a request for a long connection', async (value) => {
		const app = { baseUrl: 'https://open.feishu.cn', appId: 'cli_a', appSecret: 's' };
		for (const body of [value, { code: 514, msg: value }, { code: 0, data: value }]) {
			const { value, failure } = await askForEndpoint(app, async () => body);
			expect(typeof (failure?.message ?? value?.url)).toBe('string');
		}
	});

	holds('the settings of a long connection', (value) => {
		const config = readClientConfig(value, DEFAULT_CLIENT_CONFIG);
		expect(Object.values(config).every(Number.isFinite)).toBe(true);
	});

	holds('a callback', (value) => {
		const keys = { encryptKey: '', verificationToken: 'token', appId: 'cli_a' };
		for (const body of [value, { header: { token: value } }, { token: value, event: value }]) {
			const rawBody = Buffer.from(JSON.stringify(body));
			expect(readCallback(rawBody, {}, keys, NOW).kind).toBe('refused');
		}
	});

	holds('an event, and what is looked for in it', (value) => {
		for (const body of [
			{ event: value, header: value },
			{ event: { action: { value: { action: value } } } },
		]) {
			const event = readEvent(body, NOW);
			expect(new Date(event.time).getTime()).not.toBeNaN();
			const actionValues = [{ name: 'action', value: 'never this' }];
			expect(isWanted(event, { events: 'any', bizIds: ['none'], actionValues })).toBe(false);
			const values = findResumeValues(event.event) ?? event.action;
			expect(readResumeTarget(values, 'secret')).toBeUndefined();
		}
	});

	holds('an event of the long connection', async (value) => {
		const delivery = new EventDelivery();
		const heard = jest.fn(async () => undefined);
		delivery.subscribe(heard, silent);
		const answered = new Promise<EventResponse>((resolve) => {
			const payload = Buffer.from(JSON.stringify({ header: value, event: value }));
			expect(delivery.deliver(payload, resolve)).toBe(true);
		});
		expect(await answered).toEqual({ code: 200, json: '{}' });
		expect(heard).toHaveBeenCalledTimes(1);
	});

	holds('what would resume an execution', (value) => {
		for (const body of [value, { operator: value, proof: value }]) {
			expect(readResumeRequest(body, '/webhook-waiting/7?signature=a', 'secret')).toBeUndefined();
		}
	});

	holds('what a workflow answers', (value) => {
		for (const answer of [value, { toast: value }]) {
			const { toast } = readToastOfWorkflow(answer);
			if (toast) expect(toast.content).toEqual(expect.any(String));
		}
	});

	holds('what is shown of a wrong value', (value) => {
		expect(shown(value)).toMatch(/^"[^]*"$/);
	});
});
