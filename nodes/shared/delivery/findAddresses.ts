import { GET_USER_IDS } from '../api/endpoints';
import type { Failure } from '../api/failures';
import type { UserIdType } from '../api/payloads';
import { asObject, firstText } from '../primitives/json';
import { mobileOf } from '../validation/recognisePeople';
import type { CallWithRetries } from './callWithRetries';
import { firstAhead } from './firstAhead';
import { idNotTold, keyOfAddress } from './lookUps';
import type { Address, FoundAddress } from './lookUps';

/**
 * Addresses that are refused one by one, and none accepted, until the rest is not split any more: more likely than
 * so many bad addresses is something that is wrong for all of them.
 */
const MAX_SINGLE_REFUSALS = 10;

const CHECK_ADDRESS =
	"check it, and that this person is within the app's contacts scope (通讯录权限范围)";
const NOT_FOUND: Record<Address['kind'], Failure> = {
	email: {
		kind: 'refused',
		reason: 'no Feishu account with this e-mail',
		advice: `${CHECK_ADDRESS}. Addresses of Feishu Mail are not found`,
	},
	mobile: {
		kind: 'refused',
		reason: 'no Feishu account with this mobile number',
		advice: CHECK_ADDRESS,
	},
};
const HAS_LEFT: Failure = {
	kind: 'refused',
	reason: 'this person has left the company',
	advice: 'take them out of the list',
};

/**
 * Finds out whose addresses these are, in full calls. A call that is refused for one of its addresses is split, so
 * that all others are found. Feishu: contact-v3/user/batch_get_id.
 *
 * @param addresses each once
 * @returns by `keyOfAddress`; none is left out
 */
export async function findAddresses(
	call: CallWithRetries,
	userIdType: UserIdType,
	addresses: Address[],
): Promise<Map<string, FoundAddress>> {
	const found = new Map<string, FoundAddress>();
	let singleRefusals = 0;
	let isAccepted = false;

	/** @returns true when the call for all of them was accepted */
	const ask = async (batch: Address[]): Promise<boolean> => {
		const ofKind = (kind: Address['kind']) =>
			batch.filter((address) => address.kind === kind).map(({ value }) => value);
		const [emails, mobiles] = [ofKind('email'), ofKind('mobile')];
		const { method, path, scopes, rateLimits } = GET_USER_IDS;
		const response = await call({
			method,
			path,
			query: { user_id_type: userIdType },
			body: {
				...(emails.length > 0 && { emails }),
				...(mobiles.length > 0 && { mobiles }),
				include_resigned: true,
			},
			scopes,
			rateLimits,
		});
		if (response.failure) {
			await settleRefused(batch, response.failure);
			return false;
		}
		isAccepted = true;
		const entries = readEntries(response.data.user_list);
		for (const address of batch) {
			const key = keyOfAddress(address);
			found.set(
				key,
				entries === undefined ? NO_LIST : readFound(address, entries.get(key), userIdType),
			);
		}
		return true;
	};

	const settleRefused = async (batch: Address[], failure: Failure): Promise<void> => {
		const maybeAddresses =
			failure.kind === 'invalidIds' || (failure.kind === 'refused' && failure.maybeRecipients);
		const isHopeless = !isAccepted && singleRefusals >= MAX_SINGLE_REFUSALS;
		if (!maybeAddresses || batch.length === 1 || isHopeless) {
			if (maybeAddresses) singleRefusals += 1;
			const refused = { failure, isCallFailed: true };
			for (const address of batch) found.set(keyOfAddress(address), refused);
			return;
		}
		const half = Math.ceil(batch.length / 2);
		const [left, right] = [batch.slice(0, half), batch.slice(half)];
		// When the left half passes, what is wrong is in the right one: the whole of it would be refused again.
		if (await ask(left)) await settleRefused(right, failure);
		else await ask(right);
	};

	await firstAhead(toBatches(addresses).map((batch) => async () => void (await ask(batch))));
	return found;
}

const NO_LIST: FoundAddress = {
	isCallFailed: true,
	failure: {
		kind: 'refused',
		reason: 'the response had no list of people',
		advice: 'try again later',
	},
};

/** As many e-mails and as many mobile numbers in each call as Feishu takes of both. */
function toBatches(addresses: Address[]): Address[][] {
	const { batchSize } = GET_USER_IDS;
	const emails = addresses.filter(({ kind }) => kind === 'email');
	const mobiles = addresses.filter(({ kind }) => kind === 'mobile');
	const calls = Math.ceil(Math.max(emails.length, mobiles.length) / batchSize);
	return Array.from({ length: calls }, (_, index) => [
		...emails.slice(index * batchSize, (index + 1) * batchSize),
		...mobiles.slice(index * batchSize, (index + 1) * batchSize),
	]);
}

type Entry = Record<string, unknown>;

/** The entries of a response by the address that each is for. */
function readEntries(list: unknown): Map<string, Entry[]> | undefined {
	if (!Array.isArray(list)) return undefined;
	const entries = new Map<string, Entry[]>();
	for (const listed of list) {
		const entry = asObject(listed) ?? {};
		const email = firstText(entry.email);
		const mobile = firstText(entry.mobile);
		const addresses: Address[] = [
			...(email === undefined ? [] : [{ kind: 'email' as const, value: email }]),
			...(mobile === undefined
				? []
				: [{ kind: 'mobile' as const, value: mobileOf(mobile) ?? mobile }]),
		];
		for (const address of addresses) {
			const key = keyOfAddress(address);
			entries.set(key, [...(entries.get(key) ?? []), entry]);
		}
	}
	return entries;
}

function readFound({ kind }: Address, entries: Entry[] = [], userIdType: UserIdType): FoundAddress {
	const people = entries.map(({ user_id: userId, status }) => ({
		userId: firstText(userId),
		hasStatus: asObject(status) !== undefined,
		hasLeft: hasLeft(status),
	}));
	// Somebody new may have the address of somebody who left.
	const present = people.find(({ userId, hasLeft: isGone }) => userId !== undefined && !isGone);
	if (present?.userId !== undefined) return { userId: present.userId };
	const gone = people.find(({ hasLeft: isGone }) => isGone);
	if (gone !== undefined) return { userId: gone.userId, failure: HAS_LEFT };
	const isSomebody = people.some(({ hasStatus }) => hasStatus);
	return { failure: isSomebody ? idNotTold(userIdType) : NOT_FOUND[kind] };
}

/** True when the `status` of a user says that the person is no longer in the company. */
export function hasLeft(status: unknown): boolean {
	const { is_resigned: isResigned, is_exited: isExited } = asObject(status) ?? {};
	return isResigned === true || isExited === true;
}
