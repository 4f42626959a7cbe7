import { CREATE_APP_FEED_CARD, SET_BOT_TIME_SENSITIVE } from '../../nodes/shared/api/endpoints';
import { readFailedRecipients, readResponse } from '../../nodes/shared/api/responses';

/** The failures of people, each with the card "b", in a call whose response has these entries. */
const ofCards = (failed_cards: object[], ...userIds: string[]) =>
	readFailedRecipients(
		{ failed_cards },
		CREATE_APP_FEED_CARD,
		userIds.map((userId) => ({ userId, target: 'b' })),
	);
const ofBot = (entry: object) =>
	readFailedRecipients(
		{ failed_user_reasons: [{ user_id: 'ou_a', ...entry }] },
		SET_BOT_TIME_SENSITIVE,
		[{ userId: 'ou_a', target: '' }],
	)[0];

describe('entries that match nobody in the call', () => {
	it('are of those who are left, when there are as many', () => {
		const own = { user_id: 'ou_a', biz_id: 'b', reason: '1' };
		const [a, b] = ofCards([own, { biz_id: 'b', reason: '2' }], 'ou_a', 'ou_b');
		expect([a?.code, b?.code]).toEqual(['1', '2']);
		expect(b?.kind).toBe('refused');
	});

	it('leave doubt about all who are left, when there are fewer', () => {
		const one = ofCards([{ reason: '2' }], 'ou_a', 'ou_b');
		const two = ofCards([{ reason: '2' }, { reason: '2' }], 'ou_a', 'ou_b', 'ou_c');
		for (const [failures, whom] of [
			[one, 'one recipient'],
			[two, '2 recipients'],
		] as const) {
			for (const failure of failures) {
				expect(failure).toMatchObject({
					kind: 'uncertain',
					code: '2',
					reason: expect.stringContaining(`reported a failure for ${whom} of this call`),
				});
			}
		}
	});

	it('leave doubt when they differ', () => {
		const failures = ofCards([{ reason: '1' }, { reason: '2' }], 'ou_a', 'ou_b');
		expect(failures.map((failure) => failure?.kind)).toEqual(['uncertain', 'uncertain']);
	});
});

it('a card that failed without a reason is of the kind that Feishu gives none for', () => {
	const [failure] = ofCards([{ user_id: 'ou_a' }], 'ou_a');
	expect(failure).toMatchObject({ code: '0', reason: 'Feishu gave no reason' });
});

describe('a reminder that failed', () => {
	it.each([
		[{ error_code: 99991400, error_message: 'no' }, 'rateLimited', 99991400],
		[{ error_code: 1, error_message: 'Rate limit exceeded' }, 'rateLimited', 1],
		[{ error_code: 1, error_message: 'trigger ratelimit' }, 'rateLimited', 1],
		[{ error_code: 1, error_message: 'rate-limit' }, 'rateLimited', 1],
		[{ error_code: 1, error_message: 'request trigger frequency limit' }, 'rateLimited', 1],
		[{ error_code: 'NOT_IN_CHAT', error_message: 'no limit' }, 'refused', 'NOT_IN_CHAT'],
		[{ error_code: null }, 'refused', 0],
		[{}, 'refused', 0],
	])('may be tried again only after too many calls: %j', (entry, kind, code) => {
		expect(ofBot(entry)).toMatchObject({ kind, code });
	});
});

it.each([
	[299, 'unanswered'],
	[300, 'refused'],
	[499, 'refused'],
	[500, 'unavailable'],
	[429, 'rateLimited'],
])('HTTP %i without a code of Feishu’s is %s', (statusCode, kind) => {
	const { failure } = readResponse({ statusCode, headers: {}, body: '' }, { scopes: [] });
	expect(failure?.kind).toBe(kind);
});
