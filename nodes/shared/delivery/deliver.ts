import type { FeedEndpoint } from '../api/endpoints';
import { STOPPED, isOutcomeUnknown } from '../api/failures';
import type { Failure } from '../api/failures';
import { isFailedCardReason, readFailedRecipients } from '../api/responses';
import type { ApiResponse } from '../api/responses';
import { raceUntil, waitUntil } from '../primitives/waitUntil';
import { bodyOf, joinBatches, sharedContentOf, toBatches } from './batches';
import type { Batch, Entry, ItemRequest } from './batches';
import { pacedCall, waitForRetry } from './callWithRetries';
import type { CallTools } from './callWithRetries';
import { InvalidIdRate } from './InvalidIdRate';
import { policyForRecipient } from './retryPolicies';
import { RetryBudget } from './RetryBudget';

/** What became of each recipient of an item: a failure, or none. */
export type Outcomes = Map<string, Failure | undefined>;

/** How a run makes its calls. */
export interface Delivery extends CallTools {
	/** The most calls under way at once. */
	callsAtOnce: number;
	/** Told whenever the outcome of some recipients is known. */
	onProgress: (recipients: number) => void;
}

/**
 * Sends what the items ask for, in full batches, at the pace of the API's limits. What may pass is tried again; a
 * batch that Feishu refuses for some of its IDs is sent again without them; what every call would meet ends the run.
 *
 * @returns by item, what became of each of its recipients; nobody is left out
 */
export async function deliver(
	endpoint: FeedEndpoint,
	requests: ItemRequest[],
	delivery: Delivery,
): Promise<Map<number, Outcomes>> {
	const run = new Run(endpoint, requests, delivery);
	for (const wave of toBatches(endpoint, requests)) await run.sendWave(wave);
	return run.outcomes;
}

/** Calls that fail one after the other for Feishu's or the network's fault, until the rest is not sent at all. */
const MAX_CONSECUTIVE_FAILURES = 5;
/** The same for calls whose token is refused although it was just renewed. */
const MAX_CONSECUTIVE_TOKEN_FAILURES = 3;
/**
 * Single recipients that are refused, and nobody reached, until the rest is tried by random samples only:
 * more likely than so many bad IDs is something that is wrong for everybody.
 */
const MAX_SINGLE_FAILURES = 100;
/** How long the first call has to show what is wrong with all of them before the others leave, in milliseconds. */
const FIRST_VERDICT_MS = 1_000;

/** Sends batches of one endpoint and keeps what became of their recipients. */
class Run {
	readonly outcomes: Map<number, Outcomes>;
	/** What every further call would meet as well. */
	private abortReason?: Failure;
	private consecutiveFailures = 0;
	private singleFailures = 0;
	private hasReachedSomebody = false;
	/** What Feishu refused whoever it was for, by the content that entries share. */
	private readonly refusedContents = new Map<string, Failure>();
	private readonly invalidIdRate = new InvalidIdRate();
	private readonly retryBudget: RetryBudget;
	/** Batches that were refused and not split. */
	private deferredBatches: Array<{ batch: Batch; failure: Failure }> = [];
	/** Recipients that were sent too much at once, while others of the same call were reached. */
	private limitedBatches: Array<{ batch: Batch; failure: Failure }> = [];
	/** Resolves once the first call shows that others need not wait for it. */
	private readonly firstVerdict: Promise<void>;
	private giveFirstVerdict!: () => void;

	constructor(
		private readonly endpoint: FeedEndpoint,
		requests: ItemRequest[],
		private readonly delivery: Delivery,
	) {
		this.retryBudget = new RetryBudget(delivery.longestWaitSeconds);
		this.firstVerdict = new Promise((resolve) => (this.giveFirstVerdict = resolve));
		// Recipients stand in the order in which the user gave them, whenever they are reached.
		this.outcomes = new Map(
			requests.map(({ item, request }) => [
				item,
				new Map(request.userIds.map((id) => [id, STOPPED])),
			]),
		);
	}

	/** Sends batches that may be sent at the same time, until everybody in them has an outcome. */
	async sendWave(batches: Batch[]): Promise<void> {
		await this.sendAll(batches);
		await this.sendAll(await this.sampleDeferred());
		await this.retryLimited();
	}

	/** Sends batches, as many at once as is allowed. */
	private async sendAll(batches: Batch[]): Promise<void> {
		// The workers share one iterator, so that each takes the next batch that nobody has taken.
		const queue = batches.values();
		const worker = async () => {
			for (const batch of queue) {
				await this.send(batch);
				this.giveFirstVerdict();
			}
		};
		const workers = [worker()];
		// A call that shows what is wrong with every call should not have twenty companions.
		if (batches.length > 1) {
			await raceUntil(Date.now() + FIRST_VERDICT_MS, this.firstVerdict);
		}
		const more = Math.min(this.delivery.callsAtOnce, batches.length) - workers.length;
		for (let count = 0; count < more; count++) workers.push(worker());
		await Promise.all(workers);
	}

	private async send(batch: Batch): Promise<void> {
		const { batchSize } = this.endpoint;
		for (let rest = batch.entries; rest.length > 0; ) {
			if (this.isEverybodyRefused && this.lastRefusal !== undefined) {
				this.deferredBatches.push({
					batch: { ...batch, entries: rest },
					failure: this.lastRefusal,
				});
				return;
			}
			const size = this.invalidIdRate.callSize(batchSize);
			await this.sendPart({ ...batch, entries: rest.slice(0, size) });
			rest = rest.slice(size);
		}
	}

	/** The latest refusal for IDs, for those who are refused without a call of their own. */
	private lastRefusal?: Failure;

	private get isEverybodyRefused(): boolean {
		return !this.hasReachedSomebody && this.singleFailures >= MAX_SINGLE_FAILURES;
	}

	/** Settles everybody in a batch, in one call or in several. Tells whether the first of them was accepted. */
	private async sendPart(batch: Batch): Promise<boolean> {
		const failure = await this.attempt(batch);
		if (failure === undefined) {
			this.invalidIdRate.note(batch.entries.length, { areValid: true });
			return true;
		}
		await this.settleRefused(batch, failure);
		return false;
	}

	/** Settles the recipients of a call that failed for good. */
	private async settleRefused(batch: Batch, failure: Failure): Promise<void> {
		const { entries } = batch;
		const isForRecipients =
			failure.kind === 'invalidIds' || (failure.kind === 'refused' && failure.maybeRecipients);
		if (isForRecipients) {
			const named = namedIn(failure.reason);
			const isNamed = ({ userId }: Entry) => named.has(userId);
			const others = entries.filter((entry) => !isNamed(entry));
			if (others.length < entries.length) {
				this.settle(entries.filter(isNamed), failure);
				if (others.length > 0) await this.sendPart({ ...batch, entries: others });
				return;
			}
			if (entries.length > 1) {
				return failure.kind === 'invalidIds'
					? await this.bisect(batch, failure)
					: await this.probeContent(batch, failure);
			}
			if (failure.kind === 'invalidIds') this.invalidIdRate.note(1, { areValid: false });
			this.singleFailures += 1;
			this.lastRefusal = failure;
		} else if (failure.kind === 'refused') {
			const content = sharedContentOf(batch);
			if (content !== undefined) this.refusedContents.set(content, failure);
			else if (entries.length > 1) return await this.bisect(batch, failure);
		}
		this.noteFailure(failure);
		this.settle(entries, failure);
	}

	/** Sends the parts of a batch that was refused for somebody, or something, in it that Feishu does not name. */
	private async bisect(batch: Batch, failure: Failure): Promise<void> {
		const { entries } = batch;
		const half = Math.ceil(entries.length / 2);
		const size = Math.min(half, this.invalidIdRate.callSize(this.endpoint.batchSize));
		let areAllAccepted = true;
		for (let rest = entries; rest.length > 0; rest = rest.slice(size)) {
			const part = { ...batch, entries: rest.slice(0, size) };
			if (rest.length <= size && areAllAccepted) {
				// The others passed, so that what is wrong is here: a call with all of it would be refused again.
				await this.settleRefused(part, failure);
				return;
			}
			if (!(await this.sendPart(part))) areAllAccepted = false;
		}
	}

	/**
	 * Finds out what a refusal is about that does not say so. Content is refused for one recipient as for twenty, and
	 * then for everybody; otherwise it is some of the recipients.
	 */
	private async probeContent(batch: Batch, failure: Failure): Promise<void> {
		const content = sharedContentOf(batch);
		if (content === undefined) return await this.bisect(batch, failure);
		const { entries } = batch;
		const [first, last] = [entries.slice(0, 1), entries.slice(-1)];
		let refusals = 0;
		for (const probe of [first, last]) {
			const answer = await this.attempt({ ...batch, entries: probe });
			if (answer === undefined) continue;
			this.settle(probe, answer);
			if (answer.code === failure.code && answer.reason === failure.reason) refusals += 1;
		}
		const rest = { ...batch, entries: entries.slice(1, -1) };
		if (refusals === 2) {
			this.refusedContents.set(content, failure);
			this.noteFailure(failure);
			this.settle(rest.entries, failure);
		} else if (rest.entries.length > 0) {
			await this.sendPart(rest);
		}
	}

	/**
	 * Makes a call, again for as long as its failure may pass, and settles whom it reached or failed to reach.
	 *
	 * @returns why the call as a whole failed for good; its recipients are not settled then
	 */
	private async attempt(batch: Batch): Promise<Failure | undefined> {
		const { entries } = batch;
		const attempts = this.retryBudget.attempts();
		for (;;) {
			const known = this.abortReason ?? this.refusalOf(batch);
			if (known !== undefined) return known;
			const response = await this.call(batch);
			const { failure } = response;
			if (failure === undefined) {
				this.consecutiveFailures = 0;
				this.retryBudget.noteSuccess();
				this.giveFirstVerdict();
				this.settleAnswered(batch, response.data);
				return undefined;
			}
			if (isOutcomeUnknown(failure)) for (const entry of entries) entry.isAttemptLost = true;
			if (['invalidIds', 'rateLimited', 'unavailable', 'unanswered'].includes(failure.kind)) {
				this.giveFirstVerdict();
			}
			if (!(await waitForRetry(failure, attempts, this.delivery.signal))) return failure;
		}
	}

	private refusalOf(batch: Batch): Failure | undefined {
		if (this.refusedContents.size === 0) return undefined;
		return this.refusedContents.get(sharedContentOf(batch) ?? '');
	}

	private async call({ path, userIdType, entries }: Batch): Promise<ApiResponse> {
		const { method, scopes } = this.endpoint;
		const query = { user_id_type: userIdType };
		const body = bodyOf(this.endpoint, entries);
		return await pacedCall({ method, path, query, body, scopes }, this.delivery);
	}

	/** Settles everybody whose outcome a response tells for good; keeps those who are to be tried again. */
	private settleAnswered(batch: Batch, data: Record<string, unknown>): void {
		const { entries } = batch;
		const failures = readFailedRecipients(data, this.endpoint, entries);
		const limited: Entry[] = [];
		let limit: Failure | undefined;
		entries.forEach((entry, index) => {
			const failure = failures[index];
			if (failure !== undefined && policyForRecipient(failure).tries > 1) {
				limited.push(entry);
				limit = failure;
			} else {
				const isReached = failure === undefined || this.wasReachedBefore(entry, failure);
				if (isReached) this.hasReachedSomebody = true;
				this.keep(entry, isReached ? undefined : failure);
			}
		});
		if (limit !== undefined) {
			this.limitedBatches.push({ batch: { ...batch, entries: limited }, failure: limit });
		}
		this.delivery.onProgress(entries.length - limited.length);
	}

	/** True when the failure only says that an earlier attempt of this run, whose outcome was unknown, had worked. */
	private wasReachedBefore({ isAttemptLost, ownsBusinessId }: Entry, failure: Failure): boolean {
		const { repeatedReason, repeatedMeansReached } = this.endpoint;
		return (
			isAttemptLost &&
			repeatedReason !== undefined &&
			isFailedCardReason(failure, repeatedReason) &&
			(repeatedMeansReached === 'always' || ownsBusinessId)
		);
	}

	/**
	 * Tries some of the recipients, taken at random, whose batches were refused and not split.
	 * If nobody can be reached, all of them fail.
	 *
	 * @returns the batches to send again, since somebody could be reached
	 */
	private async sampleDeferred(): Promise<Batch[]> {
		let deferred = this.deferredBatches;
		this.deferredBatches = [];
		for (let sample = 0; sample < MAX_SINGLE_FAILURES && deferred.length > 0; sample++) {
			if (this.hasReachedSomebody || this.abortReason) break;
			const picked = deferred[randomIndex(deferred)];
			const entries = picked?.batch.entries.splice(randomIndex(picked.batch.entries), 1);
			if (picked && entries) await this.sendPart({ ...picked.batch, entries });
			deferred = deferred.filter(({ batch: { entries: left } }) => left.length > 0);
		}
		if (this.hasReachedSomebody) return deferred.map(({ batch }) => batch);
		for (const { batch, failure } of deferred) {
			this.settle(batch.entries, this.abortReason ?? failure);
		}
		return [];
	}

	/** Tries the recipients again that were sent too much, together and in full calls, for as long as is worth it. */
	private async retryLimited(): Promise<void> {
		const budget = new RetryBudget(this.delivery.longestWaitSeconds);
		const attempts = budget.attempts();
		while (this.limitedBatches.length > 0) {
			const limited = this.limitedBatches;
			this.limitedBatches = [];
			const [{ failure } = { failure: STOPPED }] = limited;
			const nextMs = attempts.next(policyForRecipient(failure), failure);
			const { signal } = this.delivery;
			if (nextMs === undefined || signal?.aborted) {
				for (const { batch, failure: own } of limited) this.settle(batch.entries, own);
				return;
			}
			await waitUntil(nextMs, signal);
			const batches = limited.map(({ batch }) => batch);
			await this.sendAll(joinBatches(batches, this.endpoint.batchSize));
		}
	}

	/** Spares calls that would fail like the ones before. */
	private noteFailure(failure: Failure): void {
		const { kind } = failure;
		const isTransient = isOutcomeUnknown(failure) || kind === 'rateLimited' || kind === 'token';
		if (isTransient) this.consecutiveFailures += 1;
		if (
			kind === 'appRefused' ||
			kind === 'stopped' ||
			kind === 'noToken' ||
			(kind === 'rateLimited' && this.retryBudget.isExhausted) ||
			this.consecutiveFailures >= MAX_CONSECUTIVE_FAILURES ||
			(kind === 'token' && this.consecutiveFailures >= MAX_CONSECUTIVE_TOKEN_FAILURES)
		) {
			this.abortReason ??= failure;
		}
	}

	private settle(entries: Entry[], failure: Failure | undefined): void {
		for (const entry of entries) this.keep(entry, failure);
		this.delivery.onProgress(entries.length);
	}

	private keep({ item, userId, isAttemptLost }: Entry, failure: Failure | undefined): void {
		const kept = failure && isAttemptLost ? { ...failure, isAttemptLost } : failure;
		this.outcomes.get(item)?.set(userId, kept);
	}
}

/** What may be IDs in a message of Feishu, which names them in a list. */
function namedIn(message: string): Set<string> {
	return new Set(message.split(/[^\w@.-]+/));
}

function randomIndex(list: unknown[]): number {
	return Math.floor(Math.random() * list.length);
}
