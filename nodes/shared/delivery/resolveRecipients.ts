import type { IExecuteFunctions } from 'n8n-workflow';

import type { UserIdType } from '../api/payloads';
import { ExpiringCache } from '../primitives/ExpiringCache';
import { processState } from '../primitives/processState';
import type { RecipientRequest } from './batches';
import type { CallWithRetries } from './callWithRetries';
import type { DeliveryOptions } from './DeliveryOptions';
import { findAddresses } from './findAddresses';
import { findMembers } from './findMembers';
import { firstAhead } from './firstAhead';
import { keyOfAddress, keyOfMembers } from './lookUps';
import type { Address, FoundAddress, FoundMembers, FoundPerson, MemberList } from './lookUps';
import { openCalls } from './openCalls';
import type { Run } from './openRun';
import { resolve } from './resolved';

const MINUTE_MS = 60_000;
const MAX_PEOPLE = 100_000;

/** What executions of this process found a short time ago, by app, kind of ID, and address or list. */
const recent = processState(() => ({
	addresses: new ExpiringCache<string>(10 * MINUTE_MS, MAX_PEOPLE),
	members: new ExpiringCache<FoundPerson[]>(MINUTE_MS, MAX_PEOPLE),
}));

/**
 * Looks up whom the items name otherwise than by their IDs, all items together, and completes their requests.
 * It throws for nothing that Feishu or the network does: whoever is not found stands in `resolved`, with the reason.
 */
export async function resolveRecipients(
	context: Pick<IExecuteFunctions, 'getExecutionCancelSignal'>,
	requests: RecipientRequest[],
	delivery: DeliveryOptions,
	run: Run,
): Promise<void> {
	const asking = requests.filter(({ lookUps = [] }) => lookUps.length > 0);
	if (asking.length === 0) return;
	const calls = openCalls(run, context, delivery);
	try {
		await completeRequests(asking, calls.call, run.client.rateLimitScope);
	} finally {
		calls.release();
	}
}

/**
 * Completes requests with what their look-ups find.
 *
 * @param scope names the app and tenant
 */
async function completeRequests(
	requests: RecipientRequest[],
	call: CallWithRetries,
	scope: string,
): Promise<void> {
	const byType = new Map<UserIdType, RecipientRequest[]>();
	for (const request of requests) {
		const { userIdType } = request;
		byType.set(userIdType, [...(byType.get(userIdType) ?? []), request]);
	}
	for (const [userIdType, ofType] of byType) {
		const lookUps = ofType.flatMap((request) => request.lookUps ?? []);
		const addresses = new Map<string, Address>();
		const lists = new Map<string, MemberList>();
		for (const lookUp of lookUps) {
			if (lookUp.kind === 'chat' || lookUp.kind === 'department') {
				lists.set(keyOfMembers(lookUp), lookUp);
			} else {
				const key = keyOfAddress(lookUp);
				if (!addresses.has(key)) addresses.set(key, lookUp);
			}
		}
		const prefix = `${scope}\n${userIdType}\n`;
		const [found, members] = await Promise.all([
			findAllAddresses(call, userIdType, addresses, prefix),
			findAllMembers(call, userIdType, lists, prefix),
		]);
		for (const request of ofType) {
			const { userIds, lookUps: own = [] } = request;
			const resolved = resolve(userIds, own, { addresses: found, members });
			request.resolved = resolved;
			request.userIds = resolved.everybody.filter((key) => !resolved.failures.has(key));
		}
	}
}

async function findAllAddresses(
	call: CallWithRetries,
	userIdType: UserIdType,
	addresses: Map<string, Address>,
	prefix: string,
): Promise<Map<string, FoundAddress>> {
	const { addresses: known } = recent.current;
	const found = new Map<string, FoundAddress>();
	const unknown: Address[] = [];
	for (const [key, address] of addresses) {
		const userId = known.get(prefix + key);
		if (userId === undefined) unknown.push(address);
		else found.set(key, { userId });
	}
	for (const [key, result] of await findAddresses(call, userIdType, unknown)) {
		if (result.failure === undefined) known.set(prefix + key, result.userId);
		found.set(key, result);
	}
	return found;
}

async function findAllMembers(
	call: CallWithRetries,
	userIdType: UserIdType,
	lists: Map<string, MemberList>,
	prefix: string,
): Promise<Map<string, FoundMembers>> {
	const { members: known } = recent.current;
	const found = new Map<string, FoundMembers>();
	const tasks = [...lists].map(([key, list]) => async () => {
		const recently = known.get(prefix + key);
		if (recently !== undefined) {
			found.set(key, { members: recently });
			return;
		}
		const result = await findMembers(call, userIdType, list);
		const { members, failure } = result;
		if (failure === undefined) known.set(prefix + key, members, members.length);
		found.set(key, result);
	});
	await firstAhead(tasks);
	return found;
}
