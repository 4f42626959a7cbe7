import type { IDataObject } from 'n8n-workflow';

import { STOPPED, sentenceOf } from '../api/failures';
import { isN8nAtLeast } from '../primitives/n8nVersion';
import type { Failure } from '../api/failures';
import type { Outcomes } from './deliver';
import type { RecipientRequest } from './batches';
import type { Named } from './resolved';

/** What became of one input item. */
export interface ItemResult {
	names: RecipientRequest['names'];
	/** By ID; whoever has none stands there as the user gave it. */
	outcomes: Outcomes;
	/** Those who were not, or not only, given as an ID. */
	named?: ReadonlyMap<string, Named>;
	/** The recipients whose card was there and was updated, where the operation does either. */
	updated?: Set<string>;
	/** Those of whom it is unknown which of both it was, since the response to the first attempt was lost. */
	createdOrUpdated?: Set<string>;
}

/** The result with those of the request who could not be sent to, in the order in which the user gave them all. */
export function withUnresolved(result: ItemResult, { resolved }: RecipientRequest): ItemResult {
	if (resolved === undefined) return result;
	const { everybody, named, failures } = resolved;
	const outcomes = new Map(
		everybody.map((key) => [key, failures.get(key) ?? result.outcomes.get(key)]),
	);
	return { ...result, outcomes, named };
}

/** What a sentence calls a recipient: as the user gave it; a member of a list by name. */
export function nameOf({ named }: ItemResult, key: string): string {
	const { recipients: [recipient] = [], name, userId, isMember } = named?.get(key) ?? {};
	return (isMember ? (name ?? userId) : recipient) ?? key;
}

/** What an entry of the output calls a recipient: the ID, and what else is known of somebody who was looked up. */
function identityOf({ named }: ItemResult, key: string): IDataObject {
	const known = named?.get(key);
	if (known === undefined) return { user_id: key };
	const { recipients, userId, name } = known;
	return {
		recipient: recipients[0],
		...(userId !== undefined && { user_id: userId }),
		...(name !== undefined && { name }),
	};
}

/** Whom the names stand for that the user gave in place of IDs: an entry for each name. */
export function recipientsListOf(named: ReadonlyMap<string, Named>): IDataObject[] {
	return [...named.values()].flatMap(({ recipients, userId, name }) =>
		userId === undefined
			? []
			: recipients.map((recipient) => ({
					recipient,
					user_id: userId,
					...(name !== undefined && { name }),
				})),
	);
}

/** The failures of an item, or none when everybody was reached. */
export function failuresOf({ outcomes }: ItemResult): Array<[string, Failure]> {
	return [...outcomes].filter((outcome): outcome is [string, Failure] => outcome[1] !== undefined);
}

/**
 * The output of an item as a whole: who was reached, who was not, and why,
 * and who was skipped because the execution was stopped. Whom it did not reach comes first.
 *
 * @param done what the output calls it when everybody was reached, such as "deleted"
 */
export function summaryOf(result: ItemResult, done?: string): IDataObject {
	const { names, named, outcomes, updated, createdOrUpdated } = result;
	const reached = [...outcomes.keys()].filter((userId) => outcomes.get(userId) === undefined);
	const failures = failuresOf(result);
	const failed = failedOf(result);
	const skipped = failures.filter(([, { kind }]) => kind === 'stopped');
	return {
		...names,
		...(done !== undefined && { [done]: failures.length === 0 }),
		...(failed.length > 0 && { failed }),
		...(skipped.length > 0 && { skipped: skipped.map(([userId]) => userId) }),
		succeeded: reached,
		...(updated && {
			created: reached.filter((userId) => actionOn(userId, result) === 'created'),
			updated: reached.filter((userId) => actionOn(userId, result) === 'updated'),
		}),
		...(createdOrUpdated && {
			created_or_updated: reached.filter((userId) => createdOrUpdated.has(userId)),
		}),
		...(failed.length === 0 && { failed }),
		...(named && { recipients: recipientsListOf(named) }),
	};
}

/** What the output calls the lists of those who were reached. */
const LISTS_OF_REACHED = ['succeeded', 'created', 'updated', 'created_or_updated'];

/**
 * The output of an item as a whole, in short: counts stand for those who were reached, in fields of their own
 * (`succeeded_count`). Whom it did not reach, and why, it tells as `summaryOf` does, and counts them, too.
 *
 * @param done as `summaryOf`
 */
export function shortSummaryOf(result: ItemResult, done?: string): IDataObject {
	const failures = failuresOf(result);
	const skipped = failures.filter(([, { kind }]) => kind === 'stopped').length;
	const short = Object.entries(summaryOf(result, done)).flatMap(([name, value]) => {
		if (name === 'recipients') return [];
		const isOfReached = LISTS_OF_REACHED.includes(name);
		return [isOfReached ? [`${name}_count`, (value as string[]).length] : [name, value]];
	});
	return {
		...Object.fromEntries(short),
		failed_count: failures.length - skipped,
		skipped_count: skipped,
	};
}

/** An entry for each recipient who was not reached, and why, besides those whom a stop left out. */
export function failedOf(result: ItemResult): IDataObject[] {
	return failuresOf(result)
		.filter(([, { kind }]) => kind !== 'stopped')
		.map(([userId, failure]) => ({ ...identityOf(result, userId), ...reasonOf(failure) }));
}

/** What was done to a recipient's card by an operation that creates or updates. */
function actionOn(
	userId: string,
	{ updated, createdOrUpdated }: ItemResult,
): 'created' | 'updated' | 'created_or_updated' {
	if (createdOrUpdated?.has(userId)) return 'created_or_updated';
	return updated?.has(userId) ? 'updated' : 'created';
}

/**
 * The output of an item as one entry for each recipient.
 *
 * @param done as `summaryOf`, said of each recipient
 */
export function recipientsOf(result: ItemResult, done?: string): IDataObject[] {
	const { names, outcomes, updated } = result;
	return [...outcomes].map(([userId, failure]) => ({
		...names,
		...identityOf(result, userId),
		...(done !== undefined && { [done]: failure === undefined }),
		...(failure === undefined
			? {
					status: 'succeeded',
					...(updated && { action: actionOn(userId, result) }),
				}
			: {
					status: failure.kind === 'stopped' ? 'skipped' : 'failed',
					...reasonOf(failure),
				}),
	}));
}

/** Why a recipient was not reached, as the output tells it. */
export function reasonOf({ reason, advice, code, logId }: Failure): IDataObject {
	return {
		reason: advice === undefined ? reason : `${reason}: ${advice}`,
		...(code !== undefined && { code }),
		...(logId !== undefined && { log_id: logId }),
	};
}

/**
 * The output of an item that failed while the others go on. n8n takes an item for the error output
 * when nothing but `error` and `details` is in it, and adds the fields of the input item there. n8n before 2.36 takes
 * what has `details` for a success, so there they are left out.
 */
export function failedJson(
	message: string,
	toErrorOutput: boolean,
	summary?: IDataObject,
): IDataObject {
	if (!toErrorOutput || summary === undefined) return { error: message, ...summary };
	return isN8nAtLeast(2, 36) ? { error: message, details: summary } : { error: message };
}

/** Recipients named in an error; the others are counted. */
const NAMED_RECIPIENTS = 3;

/**
 * How many recipients some items did not reach, whom, and why for most of them, in one sentence; nothing when
 * everybody was reached.
 */
export function unreachedSentence(results: ItemResult[]): string | undefined {
	const total = results.reduce((sum, { outcomes }) => sum + outcomes.size, 0);
	const namesByReason = new Map<string, string[]>();
	const names = results.flatMap((result) =>
		failuresOf(result).map(([userId, { reason }]) => {
			const name = nameOf(result, userId);
			const same = namesByReason.get(reason);
			if (same === undefined) namesByReason.set(reason, [name]);
			else same.push(name);
			return name;
		}),
	);
	const [most, ...others] = [...namesByReason].sort(
		([, one], [, other]) => other.length - one.length,
	);
	if (most === undefined) return undefined;
	const [reason, ofMost] = most;
	const more = others.length > 0 ? `, ${names.length - ofMost.length} for other reasons` : '';
	const verb = names.length === 1 ? 'was' : 'were';
	return `${names.length} of ${total} recipients ${verb} not reached: ${nameSome([...new Set(names)])} (${reason}${more})`;
}

/**
 * What failed, for whom, why, and what to do next, in one sentence.
 *
 * @param purpose what the operation does, such as "create the card"
 */
export function failureSentence(purpose: string, result: ItemResult): string {
	const failures = failuresOf(result);
	const total = result.outcomes.size;
	const byReason = new Map<string, { failure: Failure; userIds: string[] }>();
	for (const [userId, failure] of failures) {
		const { reason, code } = failure;
		const same = byReason.get(`${code} ${reason}`);
		if (same === undefined) {
			byReason.set(`${code} ${reason}`, { failure, userIds: [userId] });
			continue;
		}
		// Each call has a log ID of its own, which does not make it another reason; the latest is named.
		same.failure = failure;
		same.userIds.push(userId);
	}
	const [first, ...others] = [...byReason.values()].sort(
		(one, another) => another.userIds.length - one.userIds.length,
	);
	const { failure, userIds } = first ?? { failure: STOPPED, userIds: [] };
	const reach = failures.length === total ? '' : ` (${failures.length} of ${total} recipients)`;
	const more =
		others.length > 0 ? `; ${failures.length - userIds.length} more failed for other reasons` : '';
	const whom = nameSome(userIds.map((userId) => nameOf(result, userId)));
	return `Could not ${purpose} for ${whom}${reach}: ${sentenceOf(failure)}${more}`;
}

/** Names the first few of some recipients, and counts the others. */
export function nameSome(userIds: string[], most = NAMED_RECIPIENTS): string {
	const named = userIds.slice(0, most).join(', ');
	const rest = userIds.length - most;
	if (rest <= 0) return named;
	return `${named} and ${rest} other${rest === 1 ? '' : 's'}`;
}
