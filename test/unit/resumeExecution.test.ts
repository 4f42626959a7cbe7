import type { IHttpRequestOptions, Logger } from 'n8n-workflow';

import { readEvent } from '../../nodes/FeishuFeedTrigger/event/feishuEvent';
import { resumeExecution } from '../../nodes/FeishuFeedTrigger/event/resumeExecution';
import { resetProcessState } from '../../nodes/shared/primitives/processState';
import { resumeValues } from '../../nodes/shared/sendAndWait/resumeToken';

const SECRET = 'the secret of the app';
const URL = 'https://n8n.example.com/team/webhook-waiting/7/node?card=0&choice=1&signature=abc';
const CARD = { bizId: 'leave-1', afterwards: 'delete' as const };
const OPERATOR = { open_id: 'ou_a' };
const FINISHED = '<html><body><h1>No action required</h1></body></html>';

type Answer = { statusCode: number; body?: unknown } | Error;

/** A press, to which n8n answers so, one time after the other, the last of them for ever. */
async function press(
	answers: Answer[],
	{
		values = resumeValues(URL, CARD, SECRET),
		appSecret = async () => SECRET,
		formerSecret,
		eventId = 'event-1',
		deadlineMs = Date.now() + 1_000,
	}: {
		values?: object;
		appSecret?: () => Promise<string>;
		/** One that is still tried first. */
		formerSecret?: string;
		eventId?: string;
		deadlineMs?: number;
	} = {},
) {
	const requests: IHttpRequestOptions[] = [];
	const warnings: string[] = [];
	const ended: unknown[] = [];
	const event = readEvent(
		{
			header: { event_id: eventId || undefined, event_type: 'card.action.trigger' },
			event: { operator: OPERATOR, action: { value: values } },
		},
		0,
	);
	const response = await resumeExecution(event, deadlineMs, {
		checkWithAppSecret: async (check) =>
			(formerSecret === undefined ? undefined : check(formerSecret)) ?? check(await appSecret()),
		send: async (options) => {
			const answer = answers[Math.min(requests.length, answers.length - 1)];
			requests.push(options);
			if (answer instanceof Error) throw answer;
			return answer;
		},
		endCard: async (...card) => void ended.push(card),
		logger: { warn: (line: string) => void warnings.push(line) } as Logger,
	});
	return { toast: response?.toast, requests, warnings, ended };
}

beforeEach(resetProcessState);

describe('what n8n answered', () => {
	const said = (message: string) => ({ code: 0, message });

	it.each<[Answer, string, RegExp]>([
		[{ statusCode: 200, body: { status: 'recorded', text: 'Yes' } }, 'success', /^Recorded: Yes$/],
		[{ statusCode: 200, body: { status: 'closed' } }, 'info', /dealt with already/],
		[{ statusCode: 200, body: FINISHED }, 'info', /dealt with already/],
		[{ statusCode: 200, body: { status: 'notRecipient' } }, 'warning', /not among the recipients/],
		[
			{ statusCode: 200, body: { status: 'unidentified', userIdType: 'user_id' } },
			'warning',
			/cannot see your user_id/,
		],
		[
			{ statusCode: 404, body: said('The execution "7" does not exist.') },
			'info',
			/dealt with, or is no longer needed/,
		],
		[
			{ statusCode: 409, body: said('The execution "7" has finished with error.') },
			'info',
			/^This is no longer needed$/,
		],
		[
			{ statusCode: 409, body: said('The execution "7 has finished already.') },
			'info',
			/dealt with already/,
		],
	])('is told, and is nothing for the log: %j', async (answer, type, text) => {
		const { toast, requests, warnings } = await press([answer]);
		expect(toast).toMatchObject({ type, i18n: { en_us: expect.stringMatching(text) } });
		expect(toast?.i18n?.zh_cn).toMatch(/[一-鿿]/);
		expect(requests).toHaveLength(1);
		expect(warnings).toEqual([]);
	});

	it.each<Answer>([
		{ statusCode: 401, body: '<h1>Invalid form link</h1>' },
		{ statusCode: 403, body: { error: 'Nothing proves that the response comes from Feishu' } },
		{ statusCode: 404, body: '<h1>404 Not Found</h1>' },
		{ statusCode: 404, body: said('The requested webhook "7" is not registered.') },
		{ statusCode: 413 },
		{ statusCode: 301 },
		{ statusCode: 308 },
		{ statusCode: 200, body: '<form>Password</form>' },
		{ statusCode: 200, body: { status: 'ok' } },
		{ statusCode: 204 },
	])('is a warning and a line in the log when it is not from the wait: %j', async (answer) => {
		const { toast, requests, warnings, ended } = await press([answer]);
		expect(toast).toMatchObject({
			type: 'warning',
			i18n: { en_us: expect.stringMatching(/could not be taken: please press again/) },
		});
		expect(requests).toHaveLength(1);
		expect(requests[0]).toMatchObject({ disableFollowRedirect: true });
		expect(warnings).toEqual([
			expect.stringMatching(
				/https:\/\/n8n\.example\.com\/team\/webhook-waiting\/7\/node answered with HTTP \d+\./,
			),
		]);
		expect(warnings[0]).not.toMatch(/signature|abc|choice/);
		expect(ended).toEqual([]);
	});

	it.each([409, 429, 500, 502, 503, 504])(
		'is asked for again after HTTP %i',
		async (statusCode) => {
			const recorded = { statusCode: 200, body: { status: 'recorded', text: 'Yes' } };
			const { toast, requests, warnings } = await press([
				{ statusCode, body: said('The execution "7" is running already.') },
				recorded,
			]);
			expect(toast).toMatchObject({ type: 'success' });
			expect(requests).toHaveLength(2);
			expect(warnings).toEqual([]);
		},
	);

	it('is not known when the time is over', async () => {
		const { toast, warnings } = await press([{ statusCode: 503 }]);
		expect(toast).toMatchObject({
			type: 'warning',
			i18n: { en_us: expect.stringContaining('not confirmed') },
		});
		expect(warnings).toEqual([expect.stringContaining('answered with HTTP 503.')]);
	});

	it('is not known when n8n cannot be reached', async () => {
		const { toast, warnings } = await press([new Error(`refused to call ${URL}`)]);
		expect(toast).toMatchObject({ type: 'warning' });
		expect(warnings).toEqual([expect.stringContaining('could not be reached: refused to call')]);
		expect(warnings[0]).not.toMatch(/signature|choice/);
	});
});

describe('the card of a press that nobody waits for', () => {
	const stopped = { message: 'The execution "7" has finished with error.' };

	it('is ended for who pressed', async () => {
		const { ended } = await press([{ statusCode: 409, body: stopped }]);
		expect(ended).toEqual([[CARD, OPERATOR]]);
	});

	it('stays when it was decided, since the wait ends it', async () => {
		expect((await press([{ statusCode: 200, body: FINISHED }])).ended).toEqual([]);
	});
});

describe('an event that carries the address of an execution', () => {
	it.each([
		['another secret', resumeValues(URL, CARD, 'the secret before')],
		['no proof', { n8n_resume_url: URL }],
		['no address', { n8n_resume_url: 7 }],
	])('is answered, but resumes nothing, with %s', async (_, values) => {
		const { toast, requests, warnings } = await press([], { values });
		expect(toast).toMatchObject({
			type: 'warning',
			i18n: { en_us: expect.stringContaining('can no longer be answered') },
		});
		expect(requests).toEqual([]);
		expect(warnings).toHaveLength(1);
		expect(warnings[0]).not.toContain('n8n.example.com');
	});

	it('is answered when the credential cannot be read', async () => {
		const { toast, requests } = await press([], {
			appSecret: async () => {
				throw new Error('The credential was deleted');
			},
		});
		expect(toast).toMatchObject({ type: 'warning' });
		expect(requests).toEqual([]);
	});

	it('is sent once, however many copies come', async () => {
		const recorded = { statusCode: 200, body: { status: 'recorded', text: 'Yes' } };
		const first = await press([recorded]);
		const copy = await press([recorded]);
		expect(copy.requests).toEqual([]);
		expect(copy.toast).toEqual(first.toast);
	});

	const recorded = { statusCode: 200, body: { status: 'recorded', text: 'Yes' } };

	it.each<[string, Answer]>([
		['could not be reached', new Error('The connection was refused')],
		['was answered by a proxy', { statusCode: 403, body: '<h1>Forbidden</h1>' }],
		['met n8n while it failed', { statusCode: 503 }],
		['met n8n while it was busy', { statusCode: 409 }],
	])('is sent again with a copy when the first %s', async (_, answer) => {
		const first = await press([answer], { deadlineMs: Date.now() + 250 });
		expect(first.toast?.type).toBe('warning');
		const copy = await press([recorded]);
		expect(copy.requests).toHaveLength(1);
		expect(copy.toast).toMatchObject({ type: 'success' });
		// Now it is taken.
		expect((await press([recorded])).requests).toEqual([]);
	});

	it('is sent again with a copy when the credential could not be read', async () => {
		const appSecret = async () => {
			throw new Error('The database is locked');
		};
		expect((await press([recorded], { appSecret })).toast?.type).toBe('warning');
		expect((await press([recorded])).toast?.type).toBe('success');
	});

	it('is sent each time when it has no ID, since a second press is not a copy', async () => {
		const first = await press([recorded], { eventId: '' });
		const closed = { statusCode: 200, body: { status: 'closed' } };
		const second = await press([closed], { eventId: '' });
		expect([first.toast?.type, second.toast?.type]).toEqual(['success', 'info']);
		expect([first.requests, second.requests].map(({ length }) => length)).toEqual([1, 1]);
	});

	it.each(['event-1', ''])(
		'is sent once for all triggers that get it at the same time (event ID %p)',
		async (eventId) => {
			const both = await Promise.all([
				press([recorded], { eventId }),
				press([recorded], { eventId }),
			]);
			expect(both.flatMap(({ requests }) => requests)).toHaveLength(1);
			expect(both.map(({ toast }) => toast?.type)).toEqual(['success', 'success']);
		},
	);

	it('is read with the secret of the moment', async () => {
		const recorded = { statusCode: 200, body: { status: 'recorded', text: 'Yes' } };
		await press([recorded], { eventId: 'before' });
		const { toast } = await press([recorded], {
			eventId: 'after',
			values: resumeValues(URL, CARD, 'new'),
			appSecret: async () => 'new',
		});
		expect(toast).toMatchObject({ type: 'success' });
	});

	it.each([
		['new', /secret has changed/],
		[SECRET, /press again/],
	])('whose secret the waiting execution no longer takes is told so: %s', async (secret, told) => {
		const { toast } = await press([{ statusCode: 403, body: { error: 'Nothing proves it' } }], {
			formerSecret: SECRET,
			appSecret: async () => secret,
		});
		expect(toast?.i18n?.en_us).toMatch(told);
	});

	it('is none of these for other buttons', async () => {
		const { toast, requests } = await press([], { values: { action: 'clock_in' } });
		expect(toast).toBeUndefined();
		expect(requests).toEqual([]);
	});
});
