import type { IDataObject } from 'n8n-workflow';

import { sentenceOf } from '../api/responses';
import type { Failure } from '../api/responses';
import type { Outcomes } from './deliver';
import type { RecipientRequest } from './batches';

/** What became of one input item. */
export interface ItemResult {
	names: RecipientRequest['names'];
	outcomes: Outcomes;
	/** The recipients who were asked for in another way instead, where the operation has one. */
	instead?: Set<string>;
}

/** The failures of an item, or none when everybody was reached. */
export function failuresOf({ outcomes }: ItemResult): Array<[string, Failure]> {
	return [...outcomes].filter((outcome): outcome is [string, Failure] => outcome[1] !== undefined);
}

/**
 * The output of an item as a whole: who was reached, who was not, and why,
 * and who was skipped because the execution was stopped.
 */
export function summaryOf(result: ItemResult): IDataObject {
	const { names, outcomes, instead } = result;
	const reached = [...outcomes.keys()].filter((userId) => outcomes.get(userId) === undefined);
	const failures = failuresOf(result);
	const skipped = failures.filter(([, { kind }]) => kind === 'stopped');
	return {
		...names,
		succeeded: reached,
		...(instead && {
			created: reached.filter((userId) => !instead.has(userId)),
			updated: reached.filter((userId) => instead.has(userId)),
		}),
		failed: failures
			.filter(([, { kind }]) => kind !== 'stopped')
			.map(([userId, failure]) => ({ user_id: userId, ...reasonOf(failure) })),
		...(skipped.length > 0 && { skipped: skipped.map(([userId]) => userId) }),
	};
}

/** The output of an item as one entry for each recipient. */
export function recipientsOf({ names, outcomes, instead }: ItemResult): IDataObject[] {
	return [...outcomes].map(([userId, failure]) => ({
		...names,
		user_id: userId,
		...(failure === undefined
			? {
					status: 'succeeded',
					...(instead && { action: instead.has(userId) ? 'updated' : 'created' }),
				}
			: {
					status: failure.kind === 'stopped' ? 'skipped' : 'failed',
					...reasonOf(failure),
				}),
	}));
}

function reasonOf({ reason, advice, code, logId }: Failure): IDataObject {
	return {
		reason: advice === undefined ? reason : `${reason}: ${advice}`,
		...(code !== undefined && { code }),
		...(logId !== undefined && { log_id: logId }),
	};
}

/**
 * The output of an item that failed while the others go on. n8n takes an item for the error output
 * when nothing but `error` and `details` is in it, and adds the fields of the input item there.
 */
export function failedJson(
	message: string,
	toErrorOutput: boolean,
	summary?: IDataObject,
): IDataObject {
	const told = toErrorOutput && summary ? { details: summary } : summary;
	return { error: message, ...told };
}

/** Recipients named in an error; the others are counted. */
const NAMED_RECIPIENTS = 3;

/**
 * What failed, for whom, why, and what to do next, in one sentence.
 *
 * @param purpose what the operation does, such as "create the card"
 */
export function failureSentence(purpose: string, result: ItemResult): string {
	const failures = failuresOf(result);
	const total = result.outcomes.size;
	const bySentence = new Map<string, string[]>();
	for (const [userId, failure] of failures) {
		const sentence = sentenceOf(failure);
		const userIds = bySentence.get(sentence);
		if (userIds) userIds.push(userId);
		else bySentence.set(sentence, [userId]);
	}
	const [[sentence, userIds], ...others] = [...bySentence].sort(
		([, one], [, another]) => another.length - one.length,
	);
	const reach = failures.length === total ? '' : ` (${failures.length} of ${total} recipients)`;
	const more =
		others.length > 0 ? `; ${failures.length - userIds.length} more failed for other reasons` : '';
	return `Could not ${purpose} for ${nameSome(userIds)}${reach}: ${sentence}${more}`;
}

/** Names the first few of some recipients, and counts the others. */
export function nameSome(userIds: string[]): string {
	const named = userIds.slice(0, NAMED_RECIPIENTS).join(', ');
	const rest = userIds.length - NAMED_RECIPIENTS;
	if (rest <= 0) return named;
	return `${named} and ${rest} other${rest === 1 ? '' : 's'}`;
}
