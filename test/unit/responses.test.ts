import {
	isFailedCardReason,
	readFailedRecipients,
	readResponse,
} from '../../nodes/shared/api/responses';
import type { HttpResponse } from '../../nodes/shared/api/responses';
import { CREATE_APP_FEED_CARD, SET_BOT_TIME_SENSITIVE } from '../../nodes/shared/api/endpoints';
import { ERROR_CODES, FAILED_CARD_REASONS } from '../../nodes/shared/api/errorCodes';
import { sentenceOf } from '../../nodes/shared/api/failures';
import type { Failure } from '../../nodes/shared/api/failures';

const SCOPES = ['im:app_feed_card:write', 'im:app_feed_card'];
const read = (response: Partial<HttpResponse>) =>
	readResponse({ statusCode: 200, headers: {}, body: {}, ...response }, { scopes: SCOPES });
const failure = (response: Partial<HttpResponse>): Failure => {
	const answer = read(response);
	if (answer.failure === undefined) throw new Error('no failure');
	return answer.failure;
};

describe('readResponse', () => {
	it.each<[string, Partial<HttpResponse>, object]>([
		['with data', { body: { code: 0, msg: 'ok', data: { biz_id: 'b' } } }, { biz_id: 'b' }],
		['without data', { body: { code: 0, msg: 'ok' } }, {}],
		['with data of null', { body: { code: 0, data: null } }, {}],
		['under an HTTP error', { statusCode: 500, body: { code: 0, data: { a: 1 } } }, { a: 1 }],
	])('takes code 0 as success: %s', (_, response, data) => {
		expect(read(response)).toEqual({ data, logId: undefined });
	});

	it('prefers the log ID of the body to that of the headers', () => {
		const headers = { 'x-tt-logid': 'of the header' };
		expect(read({ headers, body: { code: 0 } })).toMatchObject({ logId: 'of the header' });
		expect(failure({ headers, body: { code: 1, msg: 'no' } }).logId).toBe('of the header');
		const body = { code: 1, msg: 'no', error: { log_id: 'of the body' } };
		expect(failure({ headers, body }).logId).toBe('of the body');
	});

	it.each<[string, Partial<HttpResponse>, Partial<Failure>]>([
		[
			'a refusal',
			{ statusCode: 400, body: { code: 230001, msg: 'param is invalid' } },
			{
				kind: 'refused',
				code: 230001,
				httpStatus: 400,
				reason: 'Feishu answered "param is invalid"',
			},
		],
		['a refusal under HTTP 200', { body: { code: 230001, msg: 'no' } }, { kind: 'refused' }],
		[
			'a bot that is not in the chat',
			{ statusCode: 400, body: { code: 230027, msg: 'no' } },
			{ kind: 'refused', advice: 'add the bot of the app to the chat, or check the chat ID' },
		],
		...[99991661, 99991663, 99991664, 99991668, 99991671].map(
			(code): [string, Partial<HttpResponse>, Partial<Failure>] => [
				`a refused token (${code})`,
				{ statusCode: 400, body: { code, msg: 'token' } },
				{ kind: 'token', code },
			],
		),
		['a rate limit', { statusCode: 429, body: { code: 99991400 } }, { kind: 'rateLimited' }],
		['one of old', { statusCode: 400, body: { code: 99991400 } }, { kind: 'rateLimited' }],
		['another of HTTP', { statusCode: 429, body: { code: 5, msg: '' } }, { kind: 'rateLimited' }],
		['one without JSON', { statusCode: 429, body: 'slow down' }, { kind: 'rateLimited' }],
		['a server error', { statusCode: 500, body: { code: 1, msg: 'x' } }, { kind: 'unavailable' }],
		[
			'a bad gateway',
			{ statusCode: 502, body: '<html></html>' },
			{ kind: 'unavailable', httpStatus: 502, reason: 'Feishu answered with HTTP 502' },
		],
		[
			'another server',
			{ statusCode: 404, body: 'not found' },
			{ kind: 'refused', advice: 'check the region or Base URL in the credential' },
		],
		['HTML', { body: '<html></html>' }, { kind: 'unanswered', advice: 'try again later' }],
		['nothing', { body: undefined }, { kind: 'unanswered' }],
		['null', { body: null }, { kind: 'unanswered' }],
		['a list', { body: [] }, { kind: 'unanswered' }],
		['a code that is text', { body: { code: '0' } }, { kind: 'unanswered' }],
	])('tells %s', (_, response, expected) => {
		expect(failure(response)).toMatchObject(expected);
	});

	it.each<[Record<string, unknown>, number | undefined]>([
		[{ 'x-ogw-ratelimit-reset': '7' }, 7],
		[{ 'x-ogw-ratelimit-reset': '0' }, 0],
		[{ 'retry-after': '3' }, 3],
		[{ 'x-ogw-ratelimit-reset': '7', 'retry-after': '3' }, 7],
		[{ 'x-ogw-ratelimit-reset': 'soon' }, undefined],
		[{ 'x-ogw-ratelimit-reset': '-1' }, undefined],
		[{}, undefined],
	])('reads from %j how long to wait', (headers, expected) => {
		const response = { statusCode: 429, headers, body: { code: 99991400, msg: '' } };
		for (const found of [failure(response), failure({ ...response, body: 'no JSON' })]) {
			expect(found.kind === 'rateLimited' && found.waitSeconds).toBe(expected);
		}
	});

	it.each<[string, unknown, string]>([
		['Feishu names', [{ type: 'x', subject: 'a:b' }, { subject: 'c:d' }], 'a:b or c:d'],
		['are usual, when it names none', [], SCOPES.join(' or ')],
		['are usual, when it says nothing', undefined, SCOPES.join(' or ')],
		['are usual, when it says nonsense', [null, {}, { subject: '' }], SCOPES.join(' or ')],
	])('names the missing scopes that %s', (_, permission_violations, names) => {
		const body = { code: 99991672, msg: 'no', error: { permission_violations } };
		expect(failure({ statusCode: 400, body })).toMatchObject({
			kind: 'appRefused',
			code: 99991672,
		});
		expect(failure({ statusCode: 400, body }).advice).toContain(`open the scope ${names} for`);
	});
});

describe('a code of Feishu', () => {
	// feishu-openapi.md, part 3: whom each code concerns.
	const KINDS: Array<[Failure['kind'], number[]]> = [
		[
			'invalidIds',
			[
				99992351, 99992352, 99992353, 99992354, 99992359, 99992360, 99992361, 99992363, 99992364,
				99992381,
			],
		],
		[
			'refused',
			[
				99992355, 99992356, 230027, 232006, 232011, 40004, 40015, 99992402, 9499, 10001, 10003,
				1000002, 230001,
			],
		],
		['refused', [234006, 234010, 234011, 234039]],
		['token', [99991661, 99991663, 99991664, 99991665, 99991668, 99991671, 99991677]],
		['appRefused', [99991401, 99991662, 99991672, 99991673, 99991403]],
		['rateLimited', [99991400, 1000004, 1000005, 190005, 232019, 11232, 11233, 11247]],
		['unavailable', [1500, 5000, 1503, 1642, 1663, 1668, 2200, 10101, 10500, 1000003, 190003]],
	];
	const codes = KINDS.flatMap(([kind, list]) => list.map((code) => [code, kind] as const));

	it.each(codes)('%i is read as %s, whatever the HTTP status', (code, kind) => {
		for (const statusCode of [200, 400, 403, 429, 500, 503]) {
			const found = failure({ statusCode, body: { code, msg: 'no' } });
			expect(found).toMatchObject({ kind, code });
			expect(found.advice).toBeTruthy();
		}
	});

	/** What the advice must speak of, by whom the code concerns. */
	const ADVICE: Array<[RegExp, number[]]> = [
		[/people who left the company.*kind that User ID Type says/, [99992351, 99992352, 99992353]],
		[/people who left the company.*kind that User ID Type says/, [99992354, 99992359, 99992360]],
		[/open_id.*only in the app.*with the app of this credential/, [99992361]],
		[/people of other companies/, [99992363, 99992364, 99992381]],
		[/check the chat ID/, [99992355, 99992356, 232006]],
		[/contacts scope/, [40004]],
		[/check the department ID/, [40015]],
		[/add the bot.* to the chat/, [230027, 232011]],
		[/check the fields/, [99992402, 9499, 10001, 10003, 1000002, 230001]],
		[/smaller: Feishu takes at most 10 MB/, [234006]],
		[/not empty/, [234010]],
		[/convert the picture to PNG or JPEG/, [234011]],
		[/smaller: .*4096 × 4096/, [234039]],
		[/app in the credential/, [99991661, 99991663, 99991664, 99991665, 99991668]],
		[/app in the credential/, [99991671, 99991677]],
		[/IP allow-list/, [99991401]],
		[/disabled: have an administrator enable it/, [99991662]],
		[/scope .*publish a new version/, [99991672]],
		[/not installed.*have an administrator install it/, [99991673]],
		[/used up: wait for next month/, [99991403]],
		[/wait a little/, [99991400, 1000004, 1000005, 190005, 232019, 11232, 11233, 11247]],
		[/try again later/, [1500, 5000, 1503, 1642, 1663, 1668, 2200, 10101, 10500, 1000003, 190003]],
	];

	it.each(ADVICE.flatMap(([advice, list]) => list.map((code) => [code, advice] as const)))(
		'%i says what to do: %s',
		(code, advice) => {
			const { reason, ...found } = failure({ statusCode: 400, body: { code, msg: 'no' } });
			expect(sentenceOf({ reason, ...found } as Failure)).toMatch(advice);
		},
	);

	it('of each has such a sentence', () => {
		expect(ADVICE.flatMap(([, list]) => list).sort()).toEqual(codes.map(([code]) => code).sort());
	});

	it('that nobody knows may be about the IDs as well', () => {
		const read = (msg: string) => failure({ statusCode: 400, body: { code: 99992399, msg } });
		expect(read('Invalid ids: [ou_a]').kind).toBe('invalidIds');
		expect(read('sensitive words')).toMatchObject({ kind: 'refused', maybeRecipients: true });
	});

	it('has a row of the table, and each row is one of them', () => {
		expect(codes.map(([code]) => code).sort()).toEqual(Object.keys(ERROR_CODES).map(Number).sort());
	});

	it.each([
		['user_ids holds an invalid open_id.', 'invalidIds'],
		['Invalid ids: [ou_a]', 'invalidIds'],
		['param is invalid: link', 'refused'],
	])('230001 with the message %j is read as %s', (msg, kind) => {
		expect(failure({ statusCode: 400, body: { code: 230001, msg } }).kind).toBe(kind);
	});
});

describe('readFailedRecipients', () => {
	/** The failures of people in one call, each with one card or chat. */
	const find =
		(endpoint: typeof CREATE_APP_FEED_CARD, data: Record<string, unknown>) =>
		(...recipients: Array<[userId: string, target: string]>) =>
			readFailedRecipients(
				data,
				endpoint,
				recipients.map(([userId, target]) => ({ userId, target })),
			);
	const ofCards = (failed_cards: unknown) => (userId: string, target: string) =>
		find(CREATE_APP_FEED_CARD, { failed_cards })([userId, target])[0];
	const ofChats = (failed_user_reasons: unknown) => (userId: string, target: string) =>
		find(SET_BOT_TIME_SENSITIVE, { failed_user_reasons })([userId, target])[0];

	it.each([undefined, null, [], {}, 'none'])('finds nobody in %j', (listed) => {
		expect(ofCards(listed)('ou_a', 'b')).toBeUndefined();
		expect(ofChats(listed)('ou_a', 'oc_1')).toBeUndefined();
	});

	it.each([[[null]], [[{}]], [[{ user_id: 5 }]], [[{ user_id: 'on_a', biz_id: 'b' }]], [[7]]])(
		'takes nobody for reached without doubt where %j matches nobody in the call',
		(listed) => {
			for (const [endpoint, list] of [
				[CREATE_APP_FEED_CARD, 'failed_cards'],
				[SET_BOT_TIME_SENSITIVE, 'failed_user_reasons'],
			] as const) {
				const failures = find(endpoint, { [list]: listed })(['ou_a', 'b'], ['ou_b', 'b']);
				expect(failures.map((one) => one?.kind)).toEqual(['uncertain', 'uncertain']);
				// With one person in the call there is no doubt who is meant.
				expect(find(endpoint, { [list]: listed })(['ou_a', 'b'])[0]?.kind).toBe('refused');
			}
		},
	);

	it('takes entries without a match for those who are left, if they have one reason', () => {
		const kinds = (...reasons: string[]) =>
			find(CREATE_APP_FEED_CARD, { failed_cards: reasons.map((reason) => ({ reason })) })(
				['ou_a', 'b'],
				['ou_b', 'b'],
			).map((one) => one?.kind);
		expect(kinds('3', '3')).toEqual(['rateLimited', 'rateLimited']);
		expect(kinds('4', '1')).toEqual(['uncertain', 'uncertain']);
		expect(kinds('4')).toEqual(['uncertain', 'uncertain']);
	});

	it('knows who failed besides those of whom it knows nothing', () => {
		const failed_cards = [{ user_id: 'ou_a', biz_id: 'b', reason: '1' }, { reason: '4' }];
		const failures = find(CREATE_APP_FEED_CARD, { failed_cards })(
			['ou_a', 'b'],
			['ou_b', 'b'],
			['ou_c', 'b'],
		);
		expect(failures.map((one) => one?.kind)).toEqual(['refused', 'uncertain', 'uncertain']);
		expect(failures[1]?.reason).toContain('already has a card');
	});

	it.each([
		['0', 'UNKNOWN', 'refused'],
		['1', 'NO_PERMISSION', 'refused'],
		['2', 'NOT_CREATED', 'refused'],
		['3', 'RATE_LIMITED', 'rateLimited'],
		['4', 'DUPLICATE', 'refused'],
	])('reads reason %s, also as %s', (digit, name, kind) => {
		const { words } = FAILED_CARD_REASONS[digit];
		for (const reason of [digit, Number(digit), name, name.toLowerCase()]) {
			const found = ofCards([{ biz_id: 'b', user_id: 'ou_a', reason }])('ou_a', 'b');
			expect(found).toMatchObject({ kind, reason: words, code: String(reason) });
			expect(isFailedCardReason(found as Failure, digit)).toBe(true);
			for (const other of ['0', '1', '2', '3', '4'].filter((one) => one !== digit)) {
				expect(isFailedCardReason(found as Failure, other)).toBe(false);
			}
		}
	});

	it('passes on a reason that it does not know', () => {
		const found = ofCards([{ user_id: 'ou_a', reason: 'BLOCKED' }])('ou_a', 'b');
		expect(found).toMatchObject({ reason: 'Feishu gave the reason BLOCKED', code: 'BLOCKED' });
		expect(isFailedCardReason(found as Failure, '4')).toBe(false);
	});

	it('finds somebody whose ID comes as a number', () => {
		expect(ofCards([{ user_id: 5, reason: '1' }])('5', 'b')?.code).toBe('1');
	});

	it('tells several cards of one person apart, if Feishu does', () => {
		const failed_cards = [
			{ biz_id: 'b', user_id: 'ou_a', reason: '4' },
			{ biz_id: '', user_id: 'ou_b', reason: '1' },
		];
		const failures = find(CREATE_APP_FEED_CARD, { failed_cards })(
			['ou_a', 'b'],
			['ou_a', 'another'],
			['ou_b', 'b'],
			['ou_b', 'another'],
			['ou_c', 'b'],
		);
		expect(failures.map((one) => one?.code)).toEqual(['4', undefined, '1', '1', undefined]);
	});

	it.each<[string, object, Partial<Failure>]>([
		[
			'code 0',
			{ error_code: 0, error_message: 'The user is not in the chat' },
			{ kind: 'refused', code: 0, reason: 'The user is not in the chat' },
		],
		['no code', { error_message: 'no' }, { kind: 'refused', code: 0, reason: 'no' }],
		['no message', { error_code: 5 }, { code: 5, reason: 'Feishu gave no reason' }],
		['a rate limit', { error_code: 99991400, error_message: 'x' }, { kind: 'rateLimited' }],
		['one in words', { error_message: 'request rate limited' }, { kind: 'rateLimited' }],
	])('takes an entry of a chat as a failure, with %s', (_, entry, expected) => {
		expect(ofChats([{ user_id: 'ou_a', ...entry }])('ou_a', 'oc_1')).toMatchObject(expected);
	});
});

describe('sentenceOf', () => {
	type Details = Pick<Failure, 'code' | 'logId' | 'advice'>;
	const failed = (change: Details): Failure => ({ kind: 'refused', reason: 'no', ...change });
	it.each<[Details, string]>([
		[{}, 'no'],
		[{ code: 5 }, 'no (code 5)'],
		[{ logId: 'l' }, 'no (log ID l)'],
		[{ code: '4', logId: 'l', advice: 'ask' }, 'no (code 4, log ID l): ask'],
		[{ advice: 'ask' }, 'no: ask'],
		[{ code: 0 }, 'no (code 0)'],
	])('of %j', (change, expected) => {
		expect(sentenceOf(failed(change))).toBe(expected);
	});

	it('names a reason’s code only where a card has one', () => {
		expect(isFailedCardReason(failed({ code: 4 }), '4')).toBe(false);
	});
});
