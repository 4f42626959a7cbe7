import { GET_USER_IDS } from '../../nodes/shared/api/endpoints';
import type { Failure } from '../../nodes/shared/api/failures';
import type { UserIdType } from '../../nodes/shared/api/payloads';
import type { ApiResponse } from '../../nodes/shared/api/responses';
import { AddressLookUps } from '../../nodes/shared/delivery/AddressLookUps';
import type { PacedRequest } from '../../nodes/shared/delivery/callWithRetries';
import { findAddresses, hasLeft } from '../../nodes/shared/delivery/findAddresses';
import { keyOfAddress } from '../../nodes/shared/delivery/lookUps';
import type { Address, FoundAddress } from '../../nodes/shared/delivery/lookUps';

const INVALID: Failure = { kind: 'invalidIds', reason: 'bad address' };
const email = (value: string): Address => ({ kind: 'email', value });
const mobile = (value: string): Address => ({ kind: 'mobile', value });
const emails = (count: number) =>
	Array.from({ length: count }, (_, index) => email(`${index}@example.com`));
const mobiles = (count: number) =>
	Array.from({ length: count }, (_, index) => mobile(`1380000${1000 + index}`));

interface Asked {
	emails?: string[];
	mobiles?: string[];
}

/** Looks addresses up in a Feishu that answers by a rule. */
async function find(
	addresses: Address[],
	answer: (asked: Asked) => ApiResponse,
	userIdType: UserIdType = 'open_id',
) {
	const calls: PacedRequest[] = [];
	const found = await findAddresses(
		async (request) => {
			calls.push(request);
			return answer(request.body as Asked);
		},
		userIdType,
		addresses,
	);
	return {
		calls,
		sizes: calls.map(({ body }) => {
			const { emails: ofEmails = [], mobiles: ofMobiles = [] } = body as Asked;
			return ofEmails.length + ofMobiles.length;
		}),
		of: (address: Address) => found.get(keyOfAddress(address)),
		all: addresses.map((address) => found.get(keyOfAddress(address))),
	};
}

/** Knows everybody, and refuses each call with one of these in it. */
const refusing =
	(invalid: Address[], failure: Failure = INVALID) =>
	({ emails: ofEmails = [], mobiles: ofMobiles = [] }: Asked): ApiResponse => {
		const isInvalid = invalid.some(({ value }) => [...ofEmails, ...ofMobiles].includes(value));
		if (isInvalid) return { failure };
		return {
			data: {
				user_list: [
					...ofEmails.map((value) => ({ email: value, user_id: `ou_${value}` })),
					...ofMobiles.map((value) => ({ mobile: value, user_id: `ou_${value}` })),
				],
			},
		};
	};
const everybody = refusing([]);
const listing =
	(...user_list: unknown[]) =>
	(): ApiResponse => ({ data: { user_list } });

describe('addresses', () => {
	it('are asked for in calls as full as Feishu takes them, e-mails and mobile numbers together', async () => {
		const addresses = [...emails(60), ...mobiles(110)];
		const { calls, sizes, all } = await find(addresses, everybody, 'user_id');
		expect(sizes).toEqual([100, 60, 10]);
		expect(calls[1]).toEqual({
			method: 'POST',
			path: '/open-apis/contact/v3/users/batch_get_id',
			query: { user_id_type: 'user_id' },
			body: {
				emails: emails(60)
					.slice(50)
					.map(({ value }) => value),
				mobiles: mobiles(110)
					.slice(50, 100)
					.map(({ value }) => value),
				include_resigned: true,
			},
			scopes: GET_USER_IDS.scopes,
			rateLimits: GET_USER_IDS.rateLimits,
		});
		expect(all).toEqual(addresses.map(({ value }) => ({ userId: `ou_${value}` })));
	});

	it('are left out of the call where there are none of the kind', async () => {
		const ofEmails = await find(emails(1), everybody);
		expect(ofEmails.calls[0]?.body).toEqual({ emails: ['0@example.com'], include_resigned: true });
		const ofMobiles = await find(mobiles(1), everybody);
		expect(ofMobiles.calls[0]?.body).toEqual({
			mobiles: ['13800001000'],
			include_resigned: true,
		});
		const ofNobody = await find([], everybody);
		expect(ofNobody.calls).toEqual([]);
	});

	it('are found however Feishu writes them', async () => {
		const { all } = await find(
			[email('Wang@Example.com'), mobile('13800001000'), mobile('+14155550100')],
			listing(
				{ email: 'wang@example.COM', user_id: 'ou_1' },
				{ mobile: '+8613800001000', user_id: 'ou_2' },
				{ mobile: '+14155550100', user_id: 'ou_3' },
			),
		);
		expect(all).toEqual([{ userId: 'ou_1' }, { userId: 'ou_2' }, { userId: 'ou_3' }]);
	});

	it('of one entry with both are both found', async () => {
		const { all } = await find(
			[email('a@example.com'), mobile('13800001000')],
			listing({ email: 'a@example.com', mobile: '+8613800001000', user_id: 'ou_1' }),
		);
		expect(all).toEqual([{ userId: 'ou_1' }, { userId: 'ou_1' }]);
	});
});

describe('an address of nobody', () => {
	it.each([
		['without an entry', []],
		['with an entry without ID', [{ email: 'a@example.com' }, { mobile: '+8613800001000' }]],
		['with an entry that is none', [null, 'text', 1]],
	])('is told %s', async (_, list) => {
		const { all } = await find(
			[email('a@example.com'), mobile('13800001000')],
			listing(...(list as unknown[])),
		);
		expect(all).toEqual([
			{
				failure: {
					kind: 'refused',
					reason: 'no Feishu account with this e-mail',
					advice: expect.stringContaining('Addresses of Feishu Mail are not found'),
				},
			},
			{
				failure: {
					kind: 'refused',
					reason: 'no Feishu account with this mobile number',
					advice: expect.stringMatching(/通讯录权限范围\)$/),
				},
			},
		]);
	});

	it('is told apart from somebody whose ID Feishu does not tell', async () => {
		const { all } = await find(
			[email('a@example.com')],
			listing({ email: 'a@example.com', status: {} }),
			'user_id',
		);
		expect(all).toEqual([
			{
				failure: expect.objectContaining({
					reason: 'Feishu does not tell the user_id of this person',
				}),
			},
		]);
	});
});

describe('somebody who has left', () => {
	it.each(['is_resigned', 'is_exited'])('is told, with the ID: %s', async (field) => {
		const { all } = await find(
			[email('a@example.com')],
			listing({ email: 'a@example.com', user_id: 'ou_1', status: { [field]: true } }),
		);
		expect(all).toEqual([
			{
				userId: 'ou_1',
				failure: expect.objectContaining({ reason: 'this person has left the company' }),
			},
		]);
	});

	it('is told without an ID as well', async () => {
		const { all } = await find(
			[email('a@example.com')],
			listing({ email: 'a@example.com', status: { is_resigned: true } }),
		);
		expect(all[0]).toMatchObject({ failure: { reason: 'this person has left the company' } });
	});

	it('leaves the address to a new person', async () => {
		const { all } = await find(
			[email('a@example.com')],
			listing(
				{ email: 'a@example.com', user_id: 'ou_old', status: { is_resigned: true } },
				{ email: 'a@example.com', user_id: 'ou_new', status: { is_resigned: false } },
			),
		);
		expect(all).toEqual([{ userId: 'ou_new' }]);
	});

	it.each([undefined, null, 'text', {}, { is_resigned: 'true' }, { is_activated: false }])(
		'is nobody with the status %p',
		(status) => {
			expect(hasLeft(status)).toBe(false);
		},
	);
});

describe('a call that fails', () => {
	it('is told of all its addresses, and not made again for parts of them', async () => {
		const failure: Failure = { kind: 'appRefused', reason: 'no scope' };
		const { sizes, all } = await find(emails(4), () => ({ failure }));
		expect(sizes).toEqual([4]);
		expect(all).toEqual(emails(4).map(() => ({ failure, isCallFailed: true })));
	});

	it.each<Failure>([INVALID, { kind: 'refused', maybeRecipients: true, reason: 'bad request' }])(
		'for one address is split until that one is found: $kind',
		async (failure) => {
			const bad = emails(8)[7] as Address;
			const { sizes, of, all } = await find(emails(8), refusing([bad], failure));
			// When the first half passes, the second would be refused again as a whole.
			expect(sizes).toEqual([8, 4, 2, 1]);
			expect(of(bad)).toEqual({ failure, isCallFailed: true });
			expect(all.filter((found) => found?.failure === undefined)).toHaveLength(7);
		},
	);

	it('for one address at the front is split as well', async () => {
		const bad = emails(8)[0] as Address;
		const { sizes, of, all } = await find(emails(8), refusing([bad]));
		expect(sizes).toEqual([8, 4, 2, 1, 1, 2, 4]);
		expect(of(bad)).toMatchObject({ isCallFailed: true });
		expect(all.filter((found) => found?.failure === undefined)).toHaveLength(7);
	});

	it('for what is no address is not split', async () => {
		const failure: Failure = { kind: 'refused', reason: 'bad request' };
		const { sizes } = await find(emails(8), () => ({ failure }));
		expect(sizes).toEqual([8]);
	});

	it('is not split any more once ten addresses were refused one by one, and none accepted', async () => {
		const { sizes, all } = await find(emails(50), () => ({ failure: INVALID }));
		expect(sizes.filter((size) => size === 1)).toHaveLength(10);
		expect(all).toEqual(emails(50).map(() => ({ failure: INVALID, isCallFailed: true })));
		expect(sizes).toHaveLength(25);
	});

	it('is split on when somebody was found', async () => {
		const invalid = emails(50).slice(1);
		const { sizes, all } = await find(emails(50), refusing(invalid));
		expect(all.filter((found) => found?.failure === undefined)).toHaveLength(1);
		expect(sizes.filter((size) => size === 1).length).toBeGreaterThan(20);
	});

	it.each([undefined, null, 'text', {}])('is one without a list: %p', async (user_list) => {
		const { all } = await find(emails(2), () => ({ data: { user_list } }));
		const told: FoundAddress = {
			isCallFailed: true,
			failure: {
				kind: 'refused',
				reason: 'the response had no list of people',
				advice: 'try again later',
			},
		};
		expect(all).toEqual([told, told]);
	});
});

describe('the addresses of all items', () => {
	it('are looked up together, each once, when the first item asks for its own', async () => {
		const calls: PacedRequest[] = [];
		const call = async (request: PacedRequest) => {
			calls.push(request);
			return everybody(request.body as Asked);
		};
		const lookUps = new AddressLookUps();
		lookUps.add('open_id', [email('a@example.com')]);
		lookUps.add('open_id', [email('A@example.com'), email('b@example.com')]);
		lookUps.add('user_id', [email('c@example.com')]);
		const [first, second] = [lookUps.find(call, 'open_id'), lookUps.find(call, 'open_id')];
		expect(await first).toBe(await second);
		await lookUps.find(call, 'user_id');
		expect((await first).get(keyOfAddress(email('b@example.com')))).toEqual({
			userId: 'ou_b@example.com',
		});
		expect(calls.map(({ query, body }) => [query?.user_id_type, (body as Asked).emails])).toEqual([
			['open_id', ['A@example.com', 'b@example.com']],
			['user_id', ['c@example.com']],
		]);
	});

	it('that nobody wants make no call', async () => {
		const found = await new AddressLookUps().find(async () => {
			throw new Error('No call is needed');
		}, 'open_id');
		expect(found.size).toBe(0);
	});
});
