import type { IHttpRequestOptions, IWebhookFunctions } from 'n8n-workflow';

import { receiveResponse } from '../../nodes/FeishuFeedWait/receiveResponse';
import { isUnsettled } from '../../nodes/FeishuFeedWait/settle';
import { resetProcessState } from '../../nodes/shared/primitives/processState';
import { resumeRequestFor } from '../../nodes/shared/sendAndWait/resumeToken';
import type { WaitingCard } from '../../nodes/shared/sendAndWait/waitingCard';
import type { WaitingState } from '../../nodes/shared/sendAndWait/waitingState';

const SECRET = 'the secret of the app';
const SANDBOX = 'sandbox allow-scripts';

/** A state as version 0.1 stored it, without a version. */
function storedState(change: Partial<WaitingCard> = {}) {
	return {
		cards: [
			{
				choices: [
					{ value: 'approve', text: 'Yes', buttonType: 'primary' },
					{ value: 'decline', text: 'No', buttonType: 'default' },
				],
				isApproval: true,
				channel: 'callback',
				waitFor: 'first',
				afterwards: 'delete',
				doneText: '',
				userIdType: 'open_id',
				userIds: ['ou_a', 'ou_b'],
				card: { biz_id: 'leave', title: 'Leave' },
				reached: ['ou_a', 'ou_b'],
				failed: [],
				given: [],
				cleared: [],
				...change,
			},
		],
		delivery: {},
		onFailure: 'stop',
		isSent: true,
	};
}

class HttpResponse {
	statusCode = 200;
	body: unknown;
	readonly headers: Record<string, unknown> = {};
	setHeader(name: string, value: unknown): this {
		this.headers[name.toLowerCase()] = value;
		return this;
	}
	status(code: number): this {
		this.statusCode = code;
		return this;
	}
	type(): this {
		return this;
	}
	json(body: unknown): this {
		this.body = body;
		return this;
	}
	send(body: unknown): this {
		return this.json(body);
	}
}

async function receive(
	state: object,
	{
		method = 'POST',
		query = {} as Record<string, string>,
		operator = { open_id: 'ou_a' } as object,
		secret = SECRET,
		send = (async () => {}) as (options: IHttpRequestOptions) => Promise<unknown>,
	} = {},
) {
	const response = new HttpResponse();
	const url = '/webhook-waiting/7/node?card=0&choice=0&signature=abc';
	const result = await receiveResponse({
		getNodeParameter: () => state,
		getQueryData: () => ({ card: '0', choice: '0', ...query }),
		getHeaderData: () => ({}),
		getBodyData: () => resumeRequestFor(url, operator, secret),
		getCredentials: async () => ({ appSecret: SECRET }),
		getNode: () => ({}),
		getExecutionId: () => '7',
		getRequestObject: () => ({ method, url }),
		getResponseObject: () => response,
		helpers: { httpRequest: send },
	} as unknown as IWebhookFunctions);
	// n8n sends what the node returns, with a policy of its own.
	if (result.webhookResponse !== undefined) {
		response.setHeader('Content-Security-Policy', SANDBOX).send(result.webhookResponse);
	}
	return { response, next: result.workflowData?.[0]?.[0]?.json };
}

beforeEach(resetProcessState);

describe('an execution that went to sleep with version 0.1', () => {
	it('takes a response, and stores it in the state of today', async () => {
		const { response, next } = await receive(storedState());
		expect(response.body).toEqual({ status: 'recorded', text: 'Yes' });
		expect(next).toMatchObject({
			...storedState(),
			version: 2,
			cards: [{ given: [{ value: 'approve', operator: { open_id: 'ou_a' } }] }],
		});
	});
});

describe('an execution that another process of n8n runs', () => {
	it('is known by who received the last response', async () => {
		const { next } = await receive(storedState());
		expect(isUnsettled(next as unknown as WaitingState)).toBe(false);
		resetProcessState();
		expect(isUnsettled(next as unknown as WaitingState)).toBe(true);
		expect(isUnsettled(storedState() as unknown as WaitingState)).toBe(false);
	});

	it.each([
		[0, 409],
		[200, 409],
		// The clock of the other machine is ahead.
		[-200, 409],
		[400, 200],
		[-5_000, 200],
	])('takes the next response %i ms after it has settled with status %i', async (ms, status) => {
		jest.useFakeTimers();
		const settledAtMs = Date.now() - ms;
		const { response } = await receive({ ...storedState(), settledAtMs });
		jest.useRealTimers();
		expect(response.statusCode).toBe(status);
	});
});

describe('a response that was recorded while others are awaited', () => {
	beforeEach(() => void jest.useFakeTimers());
	afterEach(() => void jest.useRealTimers());

	const address = 'https://n8n.example.com/sub/webhook-waiting/7/node';

	it('is sent again, until n8n has an answer to it', async () => {
		const sent: IHttpRequestOptions[] = [];
		const answers = [409, 500, 200, 200];
		const send = async (options: IHttpRequestOptions) => {
			sent.push(options);
			return { statusCode: answers[sent.length - 1] };
		};
		await receive({ ...storedState({ waitFor: 'all' }), address }, { send });
		expect(sent).toEqual([]);
		await jest.advanceTimersByTimeAsync(30_000);
		expect(sent).toHaveLength(4);
		expect(sent[0]).toMatchObject({
			method: 'POST',
			url: `${address}?card=0&choice=0&signature=abc`,
			body: { operator: { open_id: 'ou_a' }, proof: expect.any(String) as unknown },
		});
	});

	it.each([
		['it is the last one', storedState(), address],
		['the execution does not know its address', storedState({ waitFor: 'all' }), undefined],
	])('is not sent again when %s', async (_, state, at) => {
		const send = jest.fn<Promise<unknown>, [IHttpRequestOptions]>();
		await receive({ ...state, address: at }, { send });
		await jest.advanceTimersByTimeAsync(30_000);
		expect(send).not.toHaveBeenCalled();
	});
});

describe('a response that does not count', () => {
	it.each([
		[{ open_id: 'ou_c' }, { status: 'notRecipient' }],
		[{}, { status: 'unidentified', userIdType: 'open_id' }],
		[{ union_id: 'on_a' }, { status: 'unidentified', userIdType: 'open_id' }],
	])('changes nothing, and says why: %j', async (operator, body) => {
		const { response, next } = await receive(storedState(), { operator });
		expect([response.statusCode, response.body, next]).toEqual([200, body, undefined]);
	});

	it('does not keep the next one waiting', async () => {
		await receive(storedState(), { operator: { open_id: 'ou_c' } });
		expect((await receive(storedState())).response.body).toMatchObject({ status: 'recorded' });
	});
});

describe('every answer of the address', () => {
	const link = storedState({ channel: 'link' });
	const over = storedState({ channel: 'link', deadline: 1 });
	const recipient = { recipient: 'ou_a' };

	it.each([
		['the page', link, { method: 'GET', query: recipient }, 200],
		['a page that is too late', over, { method: 'GET', query: recipient }, 200],
		['a response', link, { query: recipient }, 200],
		['a response that is too late', over, { query: recipient }, 200],
		['an unknown card', link, { method: 'GET', query: { card: '9' } }, 404],
		['a missing proof', storedState(), { secret: 'another' }, 403],
		['a question to a callback', storedState(), { method: 'GET' }, 405],
		['a callback', storedState(), {}, 200],
	])('is framed, stored and told to nobody: %s', async (_, state, request, statusCode) => {
		const { response } = await receive(state, request);
		expect(response.statusCode).toBe(statusCode);
		expect(response.headers).toMatchObject({
			'x-frame-options': 'DENY',
			'referrer-policy': 'no-referrer',
			'cache-control': 'no-store',
			'x-content-type-options': 'nosniff',
		});
		const policy = String(response.headers['content-security-policy']);
		expect(policy).toContain("default-src 'none'");
		expect(policy).toContain("frame-ancestors 'none'");
		expect(policy).not.toContain('unsafe');
	});

	it('has them beside a response that is on its way', async () => {
		await receive(link, { query: recipient });
		const { response } = await receive(link, { query: { recipient: 'ou_b' } });
		expect(response.statusCode).toBe(409);
		expect(response.headers['content-security-policy']).toContain("default-src 'none'");
	});

	it("keeps to n8n's policy as well, where n8n sends it", async () => {
		const { response } = await receive(link, { query: recipient });
		expect(response.headers['content-security-policy']).toMatch(
			new RegExp(`^${SANDBOX}, default-src 'none'`),
		);
	});
});

describe('the page behind a card that asks about a tool call', () => {
	const review = storedState({ review: { text: 'Refund order 42' } });
	const details = { choice: undefined as unknown as string };

	it('shows the call, and takes no response', async () => {
		const { response, next } = await receive(review, { method: 'GET', query: details });
		expect([response.statusCode, next]).toEqual([200, undefined]);
		expect(response.body).toContain('Refund order 42');
		expect((await receive(review, { query: details })).response.statusCode).toBe(404);
	});

	it('says so when the call was dealt with', async () => {
		const over = storedState({ review: { text: 'Refund order 42' }, deadline: 1 });
		const { response } = await receive(over, { method: 'GET', query: details });
		expect(response.body).toContain('This has been dealt with already');
	});

	it('is there for no other card', async () => {
		const { response } = await receive(storedState(), { method: 'GET', query: details });
		expect(response.statusCode).toBe(404);
	});
});
