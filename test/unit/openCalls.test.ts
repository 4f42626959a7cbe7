import { STOPPED } from '../../nodes/shared/api/failures';
import type { Failure } from '../../nodes/shared/api/failures';
import type { ApiResponse } from '../../nodes/shared/api/responses';
import type { PacedRequest } from '../../nodes/shared/delivery/callWithRetries';
import { openCalls } from '../../nodes/shared/delivery/openCalls';
import { RunState } from '../../nodes/shared/delivery/RunState';
import { resetProcessState } from '../../nodes/shared/primitives/processState';
import { VirtualTime } from '../helpers/pacing/VirtualTime';
import { seededRandom } from '../helpers/pacing/seededRandom';
import { ScriptedFeishu } from '../helpers/unit/ScriptedFeishu';
import type { Answer } from '../helpers/unit/ScriptedFeishu';

const UNANSWERED: Failure = { kind: 'unanswered', reason: 'no answer' };
const LIMITED: Failure = { kind: 'rateLimited', reason: 'slow down' };
const NO_SCOPE: Failure = { kind: 'appRefused', code: 99991672, reason: 'no scope' };
const REFUSED: Failure = { kind: 'refused', code: 1, reason: 'no' };
const OK: ApiResponse = { data: {} };

const CHATS: PacedRequest = {
	method: 'GET',
	path: '/chats/:chat_id',
	pathParameters: { chat_id: 'oc/1' },
	query: { page: 1 },
	scopes: ['chats:read'],
	rateLimits: [{ calls: 10, seconds: 1 }],
};
const USERS: PacedRequest = { ...CHATS, path: '/users', scopes: ['users:read'] };

interface Setting {
	callsAtOnce?: number;
	callsPerSecond?: number;
	longestWait?: number;
	latencyMs?: number;
	stopAfterMs?: number;
	state?: RunState;
}

let time: VirtualTime;
beforeEach(() => {
	resetProcessState();
	time = VirtualTime.install(seededRandom(1));
});
afterEach(() => time.uninstall());

/** Makes calls in virtual time, of a Feishu that answers by a rule. */
async function make(requests: PacedRequest[], answer: Answer, setting: Setting = {}) {
	const { callsAtOnce = 20, callsPerSecond, longestWait = 60, latencyMs, stopAfterMs } = setting;
	const state = setting.state ?? new RunState(longestWait);
	const feishu = new ScriptedFeishu(answer, latencyMs);
	const stop = new AbortController();
	if (stopAfterMs !== undefined) void time.sleep(stopAfterMs).then(() => stop.abort());
	const context = { getExecutionCancelSignal: () => stop.signal };
	const run = { client: feishu.client, state };
	const { call, release } = openCalls(run, context, {
		callsAtOnce,
		callsPerSecond,
		longestWait,
	});
	const answers = Promise.all(requests.map(call));
	await time.runUntilIdle();
	release();
	const { calls, mostAtOnce } = feishu;
	return { answers: await answers, calls, mostAtOnce, state };
}

const times = (count: number, request: PacedRequest) =>
	Array.from({ length: count }, () => request);

describe('a call', () => {
	it('goes out with its path filled in, and nothing of its limits', async () => {
		const { answers, calls } = await make([CHATS], () => OK);
		expect(answers).toEqual([OK]);
		expect(calls[0]?.request).toMatchObject({
			method: 'GET',
			path: '/chats/oc%2F1',
			query: { page: 1 },
			scopes: ['chats:read'],
		});
	});

	it('needs nothing to fill in', async () => {
		const { calls } = await make([{ ...CHATS, path: '/me', pathParameters: undefined }], () => OK);
		expect(calls[0]?.request.path).toBe('/me');
	});

	it('is made again while its failure may pass', async () => {
		const { answers, calls } = await make([CHATS], (_, count) =>
			count < 3 ? { failure: UNANSWERED } : OK,
		);
		expect(answers).toEqual([OK]);
		expect(calls).toHaveLength(3);
	});

	it('is not made again when its failure stays', async () => {
		const { answers, calls } = await make([CHATS], () => ({ failure: REFUSED }));
		expect(answers).toEqual([{ failure: REFUSED }]);
		expect(calls).toHaveLength(1);
	});

	it('waits for as long as Feishu asks', async () => {
		const { answers, calls } = await make([CHATS], (_, count) =>
			count === 1 ? { failure: { ...LIMITED, waitSeconds: 5 } } : OK,
		);
		expect(answers).toEqual([OK]);
		expect(calls[1]?.timeMs).toBeGreaterThanOrEqual(5_010);
	});

	it('waits a second when Feishu does not say how long', async () => {
		const { calls } = await make([CHATS], (_, count) => (count === 1 ? { failure: LIMITED } : OK));
		expect(calls[1]?.timeMs).toBeGreaterThanOrEqual(1_010);
		expect(calls[1]?.timeMs).toBeLessThan(1_100);
	});
});

describe('several calls', () => {
	it('are no more at once than is allowed', async () => {
		const { mostAtOnce } = await make(times(12, CHATS), () => OK, {
			callsAtOnce: 3,
			latencyMs: 5_000,
		});
		expect(mostAtOnce).toBe(3);
	});

	it('keep the limit of their endpoint, whatever they are filled in with', async () => {
		const requests = Array.from({ length: 21 }, (_, index) => ({
			...CHATS,
			pathParameters: { chat_id: `oc_${index}` },
		}));
		const { calls } = await make(requests, () => OK, { callsAtOnce: 30 });
		const perSecond = calls.filter(({ timeMs }) => timeMs < 1_000);
		expect(perSecond).toHaveLength(10);
	});

	it('of two endpoints have a limit each', async () => {
		const requests = [...times(10, CHATS), ...times(10, USERS)];
		const { calls } = await make(requests, () => OK, { callsAtOnce: 30 });
		expect(calls.filter(({ timeMs }) => timeMs < 1_000)).toHaveLength(20);
	});
});

it("a user's own limit holds until it is released", async () => {
	const slow = await make(times(6, CHATS), () => OK, { callsPerSecond: 2 });
	expect(slow.calls.at(-1)?.timeMs).toBeGreaterThan(2_000);
	const fast = await make(times(6, CHATS), () => OK);
	expect(fast.calls.at(-1)?.timeMs).toBeLessThan(1_000);
});

describe('an endpoint that fails', () => {
	it('is called no more after five failures, and others are', async () => {
		const { answers, calls } = await make(
			[...times(8, CHATS), ...times(2, USERS)],
			({ path }) => (path === '/users' ? OK : { failure: UNANSWERED }),
			{ callsAtOnce: 1, longestWait: 0 },
		);
		expect(calls).toHaveLength(5 + 2);
		expect(answers.slice(0, 8)).toEqual(times(8, CHATS).map(() => ({ failure: UNANSWERED })));
		expect(answers.slice(8)).toEqual([OK, OK]);
	});

	it.each<ApiResponse>([OK, { failure: REFUSED }])(
		'is called on when something else comes in between: %j',
		async (between) => {
			const { calls } = await make(
				times(12, CHATS),
				(_, count) => (count % 5 === 0 ? between : { failure: UNANSWERED }),
				{ callsAtOnce: 1, longestWait: 0 },
			);
			expect(calls).toHaveLength(12);
		},
	);

	it('is called no more when waiting has been in vain for as long as is allowed', async () => {
		const { answers, calls } = await make(
			times(3, CHATS),
			() => ({ failure: { ...LIMITED, waitSeconds: 2 } }),
			{ callsAtOnce: 1, longestWait: 5 },
		);
		// Two tries for the first call, and none for the others.
		expect(calls.length).toBeLessThanOrEqual(3);
		expect(answers.map(({ failure }) => failure?.kind)).toEqual([
			'rateLimited',
			'rateLimited',
			'rateLimited',
		]);
	});
});

describe('a missing scope', () => {
	it('is told to all calls with it, and not asked for again', async () => {
		const { answers, calls, state } = await make(
			[CHATS, { ...USERS, scopes: ['chats:read'] }, USERS],
			({ scopes }) => (scopes[0] === 'chats:read' ? { failure: NO_SCOPE } : OK),
			{ callsAtOnce: 1 },
		);
		expect(calls).toHaveLength(2);
		expect(answers).toEqual([{ failure: NO_SCOPE }, { failure: NO_SCOPE }, OK]);
		expect(state.abortReason).toBeUndefined();
	});
});

describe('what every call of the app would meet', () => {
	it('ends the run', async () => {
		const failure: Failure = { kind: 'appRefused', code: 99991662, reason: 'disabled' };
		const { answers, calls, state } = await make([CHATS, USERS], () => ({ failure }), {
			callsAtOnce: 1,
		});
		expect(calls).toHaveLength(1);
		expect(answers).toEqual([{ failure }, { failure }]);
		expect(state.abortReason).toEqual(failure);
	});

	it('is known from other calls of the run', async () => {
		const state = new RunState(60);
		state.abortReason = NO_SCOPE;
		const { answers, calls } = await make([CHATS], () => OK, { state });
		expect(calls).toEqual([]);
		expect(answers).toEqual([{ failure: NO_SCOPE }]);
	});
});

describe('an execution that the user stops', () => {
	it('makes no more calls', async () => {
		const { answers, calls } = await make(times(3, CHATS), () => OK, {
			callsAtOnce: 1,
			latencyMs: 1_000,
			stopAfterMs: 1_500,
		});
		expect(calls).toHaveLength(2);
		expect(answers).toEqual([OK, OK, { failure: STOPPED }]);
	});

	it('ends a wait for a second try', async () => {
		const { answers, calls } = await make([CHATS], () => ({ failure: UNANSWERED }), {
			stopAfterMs: 200,
		});
		expect(calls).toHaveLength(1);
		expect(answers).toEqual([{ failure: STOPPED }]);
	});
});

describe('a hold that Feishu asks another run for', () => {
	it.each([
		[59, 10, 2],
		[70, 90, 2],
		[70, 10, 1],
	])(
		'of %d seconds is waited for with %d seconds allowed: %d calls',
		async (waitSeconds, longestWait, expected) => {
			let count = 0;
			const answer = (): ApiResponse =>
				++count === 1 ? { failure: { ...LIMITED, waitSeconds } } : OK;
			// The other run does not wait itself.
			await make([CHATS], answer, { longestWait: 0 });
			const { answers } = await make([CHATS], answer, { longestWait });
			expect(count).toBe(expected);
			if (expected === 1) {
				expect(answers[0]?.failure).toMatchObject({
					kind: 'rateLimited',
					// A hold is spread by some milliseconds, and told in whole seconds.
					waitSeconds: waitSeconds + 1,
					advice: 'run the workflow again later',
				});
			}
		},
	);
});
