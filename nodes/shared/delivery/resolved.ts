import { STOPPED } from '../api/failures';
import type { Failure } from '../api/failures';
import { keyOfAddress, keyOfMembers } from './lookUps';
import type { FoundAddress, FoundMembers, LookUp, NotFound } from './lookUps';

/** Somebody who was not, or not only, given as an ID. */
export interface Named {
	/** As the user gave it, for each time: an address, or the ID of a chat or department. */
	recipients: string[];
	/** Absent for whom nobody was found. */
	userId?: string;
	name?: string;
	/** True for a member of a list, whom the user did not name. */
	isMember?: boolean;
}

/** What the look-ups of an item found. Whoever has an ID stands there by it, and all others as they were given. */
export interface Resolved {
	/** Each once, in the order given. */
	everybody: string[];
	named: ReadonlyMap<string, Named>;
	/** Those who cannot be sent to, and why. */
	failures: ReadonlyMap<string, Failure>;
}

/** What was found for all items, by the keys of addresses and lists. */
export interface Findings {
	addresses: ReadonlyMap<string, FoundAddress>;
	members: ReadonlyMap<string, FoundMembers>;
}

/** Why there is nobody to send to, as it is told of a recipient. */
function told({ failure, isCallFailed = false }: NotFound): Failure {
	return isCallFailed && failure.kind !== 'stopped'
		? { ...failure, reason: `the look-up failed, because ${failure.reason}` }
		: failure;
}

const NOT_LOOKED_UP: NotFound = { failure: STOPPED };

/**
 * Puts what was found in the place of what was looked up. A person who is found several times, or was given as an
 * ID as well, stands there once, with all names.
 *
 * @param userIds the IDs that were given
 */
export function resolve(userIds: string[], lookUps: LookUp[], findings: Findings): Resolved {
	const everybody = new Set<string>();
	const named = new Map<string, Named>();
	const failures = new Map<string, Failure>();
	const add = (key: string, recipient: string, details: Omit<Named, 'recipients'>) => {
		everybody.add(key);
		const known = named.get(key);
		if (known === undefined) named.set(key, { recipients: [recipient], ...details });
		else named.set(key, joined(known, recipient, details));
	};
	let given = 0;
	const addIdsUntil = (position: number) => {
		for (; given < position; given++) everybody.add(userIds[given] as string);
	};
	/** What was not found stands under the name by which the user first gave it. */
	const notFound = new Map<string, string>();
	const fail = (key: string, recipient: string, failure: Failure) => {
		const first = notFound.get(key) ?? recipient;
		notFound.set(key, first);
		add(first, recipient, {});
		failures.set(first, failure);
	};
	for (const lookUp of lookUps) {
		const { recipient } = lookUp;
		addIdsUntil(lookUp.position);
		if (lookUp.kind === 'chat' || lookUp.kind === 'department') {
			const key = keyOfMembers(lookUp);
			const found = findings.members.get(key) ?? NOT_LOOKED_UP;
			if (found.failure) fail(key, recipient, told(found));
			else {
				for (const { userId, name } of found.members) {
					add(userId, recipient, { userId, ...(name !== undefined && { name }), isMember: true });
				}
			}
			continue;
		}
		const key = keyOfAddress(lookUp);
		const found: FoundAddress = findings.addresses.get(key) ?? NOT_LOOKED_UP;
		const { userId } = found;
		if (userId !== undefined) add(userId, recipient, { userId });
		if (found.failure === undefined) continue;
		if (userId === undefined) fail(key, recipient, told(found));
		else failures.set(userId, found.failure);
	}
	addIdsUntil(userIds.length);
	return { everybody: [...everybody], named, failures };
}

function joined(
	known: Named,
	recipient: string,
	{ name, isMember }: Omit<Named, 'recipients'>,
): Named {
	const { recipients } = known;
	const { isMember: wasMember, ...rest } = known;
	return {
		...rest,
		recipients: recipients.includes(recipient) ? recipients : [...recipients, recipient],
		...(name !== undefined && { name }),
		// Whoever was named by the user once is called so.
		...(wasMember && isMember && { isMember }),
	};
}
