import {
	isFailedCardReason,
	readResponse,
	readFailedRecipients,
	sentenceOf,
} from '../../nodes/shared/api/responses';
import type { Failure, HttpResponse } from '../../nodes/shared/api/responses';
import {
	CREATE_APP_FEED_CARD,
	FAILED_CARD_REASONS,
	SET_BOT_TIME_SENSITIVE,
} from '../../nodes/shared/api/endpoints';

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
				reason: 'Feishu answers "param is invalid"',
			},
		],
		['a refusal under HTTP 200', { body: { code: 230001, msg: 'no' } }, { kind: 'refused' }],
		[
			'a bot that is not in the chat',
			{ statusCode: 400, body: { code: 230027, msg: 'no' } },
			{ kind: 'refused', advice: 'add the bot of the app to the chat' },
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
			{ kind: 'unavailable', httpStatus: 502, reason: 'Feishu answers with HTTP 502' },
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
		expect(failure(response).waitSeconds).toBe(expected);
		expect(failure({ ...response, body: 'no JSON' }).waitSeconds).toBe(expected);
	});

	it.each<[string, unknown, string]>([
		['Feishu names', [{ type: 'x', subject: 'a:b' }, { subject: 'c:d' }], 'a:b or c:d'],
		['are usual, when it names none', [], SCOPES.join(' or ')],
		['are usual, when it says nothing', undefined, SCOPES.join(' or ')],
		['are usual, when it says nonsense', [null, {}, { subject: '' }], SCOPES.join(' or ')],
	])('names the missing scopes that %s', (_, permission_violations, names) => {
		const body = { code: 99991672, msg: 'no', error: { permission_violations } };
		expect(failure({ statusCode: 400, body })).toMatchObject({ kind: 'refused', code: 99991672 });
		expect(failure({ statusCode: 400, body }).advice).toContain(`open the scope ${names} for`);
	});
});

describe('readFailedRecipients', () => {
	const ofCards = (failed_cards: unknown) =>
		readFailedRecipients({ failed_cards }, CREATE_APP_FEED_CARD);
	const ofChats = (failed_user_reasons: unknown) =>
		readFailedRecipients({ failed_user_reasons }, SET_BOT_TIME_SENSITIVE);

	it.each([undefined, null, [], {}, 'none', [null], [{}], [{ user_id: 5 }]])(
		'finds nobody in %j',
		(listed) => {
			expect(ofCards(listed)('ou_a', 'b')).toBeUndefined();
			expect(ofChats(listed)('ou_a', 'oc_1')).toBeUndefined();
		},
	);

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
		expect(found).toMatchObject({ reason: 'Feishu gives the reason BLOCKED', code: 'BLOCKED' });
		expect(isFailedCardReason(found as Failure, '4')).toBe(false);
	});

	it('finds somebody whose ID comes as a number', () => {
		expect(ofCards([{ user_id: 5, reason: '1' }])('5', 'b')?.code).toBe('1');
	});

	it('tells several cards of one person apart, if Feishu does', () => {
		const find = ofCards([
			{ biz_id: 'b', user_id: 'ou_a', reason: '4' },
			{ biz_id: '', user_id: 'ou_b', reason: '1' },
		]);
		expect(find('ou_a', 'b')?.code).toBe('4');
		expect(find('ou_a', 'another')).toBeUndefined();
		expect(find('ou_b', 'b')?.code).toBe('1');
		expect(find('ou_b', 'another')?.code).toBe('1');
		expect(find('ou_c', 'b')).toBeUndefined();
	});

	it.each<[string, object, Partial<Failure>]>([
		[
			'code 0',
			{ error_code: 0, error_message: 'The user is not in the chat' },
			{ kind: 'refused', code: 0, reason: 'The user is not in the chat' },
		],
		['no code', { error_message: 'no' }, { kind: 'refused', code: 0, reason: 'no' }],
		['no message', { error_code: 5 }, { code: 5, reason: 'Feishu gives no reason' }],
		['a rate limit', { error_code: 99991400, error_message: 'x' }, { kind: 'rateLimited' }],
		['one in words', { error_message: 'request rate limited' }, { kind: 'rateLimited' }],
	])('takes an entry of a chat as a failure, with %s', (_, entry, expected) => {
		expect(ofChats([{ user_id: 'ou_a', ...entry }])('ou_a', 'oc_1')).toMatchObject(expected);
	});
});

describe('sentenceOf', () => {
	const failed = (change: Partial<Failure>): Failure => ({
		kind: 'refused',
		reason: 'no',
		...change,
	});
	it.each<[Partial<Failure>, string]>([
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
