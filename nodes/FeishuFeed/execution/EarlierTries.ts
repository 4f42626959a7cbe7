import { createHash, randomUUID } from 'crypto';
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { ItemRequest } from '../../shared/delivery/batches';
import type { ItemResult } from '../../shared/delivery/outcome';
import { failuresOf } from '../../shared/delivery/outcome';

/** What n8n keeps of a run of the node from try to try, as JSON. */
interface KeptRun extends IDataObject {
	/** Names the execution and the run: a node in a loop runs several times. */
	run: string;
	seed: string;
	/** By item, who was reached; the lists are those of ItemResult. */
	reached: {
		[item: string]: { userIds: string[]; updated?: string[]; createdOrUpdated?: string[] };
	};
	/** By item, for whom a call may have been carried out although it failed. */
	attemptLost: { [item: string]: string[] };
}

const KEY = 'feishuFeedTries';

/**
 * What earlier tries of the same run of the node did. With n8n's "Retry On Fail" a node that failed is executed
 * again from the beginning: whoever was reached must not be sent to twice, and a business ID that the node makes
 * must be the same in each try.
 */
export class EarlierTries {
	private constructor(
		private readonly kept: KeptRun,
		private readonly context: IDataObject,
		private readonly isRetried: boolean,
	) {}

	/** Reads what n8n has kept of this run, if it is not the first try. */
	static of(context: IExecuteFunctions): EarlierTries {
		const { $runIndex: runIndex } = context.getWorkflowDataProxy(0);
		const run = `${context.getExecutionId()} ${runIndex}`;
		const ofNode = context.getContext('node') as IDataObject;
		const former = ofNode[KEY] as KeptRun | undefined;
		const kept =
			former?.run === run ? former : { run, seed: randomUUID(), reached: {}, attemptLost: {} };
		const isRetried = context.getNode().retryOnFail === true;
		if (isRetried) ofNode[KEY] = kept;
		return new EarlierTries(kept, ofNode, isRetried);
	}

	/** An ID for an item, the same in each try. */
	idFor(item: number): string {
		const digest = createHash('sha256').update(`${this.kept.seed} ${item}`).digest('hex');
		return [
			digest.slice(0, 8),
			digest.slice(8, 12),
			digest.slice(12, 16),
			digest.slice(16, 20),
			digest.slice(20, 32),
		].join('-');
	}

	/** The request for those who have not been reached yet, with what earlier tries may have done to them. */
	remaining({ item, request }: ItemRequest): ItemRequest {
		const reached = new Set(this.kept.reached[item]?.userIds);
		const attemptLost = new Set(this.kept.attemptLost[item]);
		const userIds = request.userIds.filter((userId) => !reached.has(userId));
		return { item, request: { ...request, userIds, attemptLost } };
	}

	/**
	 * Adds to the result of this try who was reached before, in the order in which the user gave them.
	 *
	 * @param userIds everybody whom the item names
	 */
	withReached(item: number, userIds: string[], result: ItemResult): ItemResult {
		const reached = this.kept.reached[item];
		if (reached === undefined) return result;
		const { updated = [], createdOrUpdated = [] } = reached;
		const joined = (one: Set<string> | undefined, other: string[]) =>
			one === undefined && other.length === 0 ? undefined : new Set([...(one ?? []), ...other]);
		return {
			...result,
			outcomes: new Map(userIds.map((userId) => [userId, result.outcomes.get(userId)])),
			updated: joined(result.updated, updated),
			createdOrUpdated: joined(result.createdOrUpdated, createdOrUpdated),
		};
	}

	/** Keeps who was reached for the try that may follow. */
	keep(results: Map<number, ItemResult>): void {
		if (!this.isRetried) return;
		for (const [item, result] of results) {
			const failures = failuresOf(result);
			const failed = new Set(failures.map(([userId]) => userId));
			this.kept.attemptLost[item] = failures
				.filter(([, { kind, isAttemptLost }]) => isAttemptLost || kind === 'uncertain')
				.map(([userId]) => userId);
			this.kept.reached[item] = {
				userIds: [...result.outcomes.keys()].filter((userId) => !failed.has(userId)),
				updated: [...(result.updated ?? [])],
				createdOrUpdated: [...(result.createdOrUpdated ?? [])],
			};
		}
	}

	/** Forgets the run, if it has come to its end: n8n also tries again when the first item tells of an error. */
	end([first]: INodeExecutionData[]): void {
		if (first?.json.error === undefined) delete this.context[KEY];
	}
}
