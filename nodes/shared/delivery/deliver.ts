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
import { FIRST_VERDICT_MS } from './firstAhead';
import { InvalidIdRate } from './InvalidIdRate';
import { MAX_CONSECUTIVE_FAILURES, policyForRecipient } from './retryPolicies';
import type { RunState } from './RunState';

/** What became of each recipient of an item: a failure, or none. */
export type Outcomes = Map<string, Failure | undefined>;

/** How a run makes its calls. */
export interface Delivery extends CallTools {
	/** The most calls under way at once. */
	callsAtOnce: number;
	/** What it shares with calls of the same run to other endpoints. */
	state: RunState;
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

/** As `MAX_CONSECUTIVE_FAILURES`, for calls whose token is refused although it was just renewed. */
const MAX_CONSECUTIVE_TOKEN_FAILURES = 3;
/**
 * Single recipients that are refused, and nobody reached, until the rest is tried by random samples only:
 * more likely than so many bad IDs is something that is wrong for everybody.
 */
const MAX_SINGLE_FAILURES = 100;
/** What Feishu asks to wait for when a limit of a second is reached: that is part of the pace. */
const SHORT_HOLD_SECONDS = 1;

/** Sends batches of one endpoint and keeps what became of their recipients. */
class Run {
	readonly outcomes: Map<number, Outcomes>;
	/** What every further call of this endpoint would meet as well. */
	private endpointAbortReason?: Failure;
	private consecutiveFailures = 0;
	private singleFailures = 0;
	private hasReachedSomebody = false;
	/** What Feishu refused whoever it was for, by the content that entries share. */
	private readonly refusedContents = new Map<string, Failure>();
	/** What Feishu accepted for somebody: whatever it refuses with it is the fault of the recipients. */
	private readonly acceptedContents = new Set<string>();
	private readonly invalidIdRate = new InvalidIdRate();
	/** Batches that are not sent as long as everybody is refused. */
	private deferredBatches: Batch[] = [];
	private isSampling = false;
	/** Recipients that were sent too much at once, while others of the same call were reached. */
	private limitedBatches: Array<{ batch: Batch; failure: Failure }> = [];
	/** Resolves once the first batch shows that others need not wait for it. */
	private readonly firstVerdict: Promise<void>;
	private giveFirstVerdict!: () => void;

	constructor(
		private readonly endpoint: FeedEndpoint,
		requests: ItemRequest[],
		private readonly delivery: Delivery,
	) {
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
		await this.sendAndSample(batches);
		await this.retryLimited();
	}

	private async sendAndSample(batches: Batch[]): Promise<void> {
		await this.sendAll(batches);
		await this.sendAll(await this.sampleDeferred());
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
		// A batch that shows what is wrong with all of them should not have twenty companions.
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
			const size = this.invalidIdRate.callSize(batchSize);
			await this.sendPart({ ...batch, entries: rest.slice(0, size) });
			rest = rest.slice(size);
		}
	}

	/** The latest refusal of a single recipient, for those who are refused without a call of their own. */
	private lastRefusal?: Failure;

	private get isEverybodyRefused(): boolean {
		return !this.hasReachedSomebody && this.singleFailures >= MAX_SINGLE_FAILURES;
	}

	private get abortReason(): Failure | undefined {
		return this.delivery.state.abortReason ?? this.endpointAbortReason;
	}

	/**
	 * Settles everybody in a batch, in one call or in several; defers it when everybody is refused.
	 *
	 * @returns true when the first call was accepted
	 */
	private async sendPart(batch: Batch): Promise<boolean> {
		if (this.isEverybodyRefused && !this.isSampling) {
			this.deferredBatches.push(batch);
			return false;
		}
		const failure = await this.attempt(batch);
		if (failure === undefined) {
			this.invalidIdRate.noteAccepted(batch.entries.length);
			return true;
		}
		await this.settleRefused(batch, failure);
		return false;
	}

	/** Settles the recipients of a call that failed for good. */
	private async settleRefused(batch: Batch, failure: Failure): Promise<void> {
		const { entries } = batch;
		const isAboutIds = failure.kind === 'invalidIds';
		if (isAboutIds || (failure.kind === 'refused' && failure.maybeRecipients)) {
			const words = wordsOfList(failure.reason);
			const isNamed = ({ userId }: Entry) => words.has(userId);
			const [named, others] = [entries.filter(isNamed), entries.filter((one) => !isNamed(one))];
			if (named.length > 0) {
				const told = withoutIds(failure, named);
				if (named.length === 1) this.noteSingleFailure(told);
				this.settle(named, told);
				if (others.length > 0) await this.sendPart({ ...batch, entries: others });
				return;
			}
			if (entries.length > 1) {
				return isAboutIds
					? await this.bisect(batch, failure)
					: await this.probeContent(batch, failure);
			}
			if (isAboutIds || this.isAccepted(batch)) this.invalidIdRate.noteInvalid();
			this.noteSingleFailure(failure);
		} else if (failure.kind === 'refused') {
			const content = sharedContentOf(batch);
			if (content !== undefined) this.refusedContents.set(content, failure);
			// What is not an answer of Feishu does not depend on what was asked for.
			else if (entries.length > 1 && failure.code !== undefined) {
				return await this.bisect(batch, failure);
			}
		}
		this.noteFailure(failure);
		this.settle(entries, failure);
	}

	private noteSingleFailure(failure: Failure): void {
		this.singleFailures += 1;
		this.lastRefusal = failure;
	}

	/** Sends the parts of a batch that was refused for somebody, or something, in it that Feishu does not name. */
	private async bisect(batch: Batch, failure: Failure): Promise<void> {
		const { entries } = batch;
		this.invalidIdRate.noteRefused();
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
		if (content === undefined || this.isAccepted(batch)) {
			return await this.bisect(batch, failure);
		}
		const { entries } = batch;
		const probes = [entries.slice(0, 1), entries.slice(-1)];
		const rest = { ...batch, entries: entries.slice(1, -1) };
		let refusals = 0;
		for (const probe of probes) {
			const answer = await this.attempt({ ...batch, entries: probe });
			if (answer === undefined) {
				this.invalidIdRate.noteAccepted(1);
				continue;
			}
			if (answer.code === failure.code && answer.reason === failure.reason) refusals += 1;
			await this.settleRefused({ ...batch, entries: probe }, answer);
		}
		if (refusals === probes.length && !this.isAccepted(batch)) {
			this.refusedContents.set(content, failure);
			this.settle(rest.entries, failure);
		} else if (rest.entries.length > 0) {
			// With both probes accepted, what was refused is in between.
			if (refusals === 0) await this.settleRefused(rest, this.abortReason ?? failure);
			else await this.sendPart(rest);
		}
	}

	/**
	 * Makes a call, again for as long as its failure may pass, and settles whom it reached or failed to reach.
	 *
	 * @returns why the call as a whole failed for good; its recipients are not settled then
	 */
	private async attempt(batch: Batch): Promise<Failure | undefined> {
		const { entries } = batch;
		const { callBudget } = this.delivery.state;
		const attempts = callBudget.attempts();
		for (;;) {
			const known = this.abortReason ?? this.refusalOf(batch);
			if (known !== undefined) return known;
			const response = await this.call(batch);
			const { failure } = response;
			if (failure === undefined) {
				this.consecutiveFailures = 0;
				callBudget.noteSuccess();
				this.noteAccepted(batch);
				this.settleAnswered(batch, response.data);
				return undefined;
			}
			if (isOutcomeUnknown(failure)) for (const entry of entries) entry.isAttemptLost = true;
			// Calls that may pass later need not be waited for.
			if (failure.kind === 'rateLimited' || isOutcomeUnknown(failure)) this.giveFirstVerdict();
			if (!(await waitForRetry(failure, attempts, this.delivery.signal))) return failure;
		}
	}

	private noteAccepted(batch: Batch): void {
		const content = sharedContentOf(batch);
		if (content === undefined) return;
		this.acceptedContents.add(content);
		this.refusedContents.delete(content);
	}

	/** True when Feishu has accepted for somebody what all entries of the batch say. */
	private isAccepted(batch: Batch): boolean {
		return this.acceptedContents.has(sharedContentOf(batch) ?? '');
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
			failure.kind !== 'uncertain' &&
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
		this.isSampling = true;
		for (let sample = 0; sample < MAX_SINGLE_FAILURES && deferred.length > 0; sample++) {
			if (this.hasReachedSomebody || this.abortReason) break;
			const picked = deferred[randomIndex(deferred)];
			const entries = picked?.entries.splice(randomIndex(picked.entries), 1);
			if (picked && entries) await this.sendPart({ ...picked, entries });
			deferred = deferred.filter(({ entries: left }) => left.length > 0);
		}
		this.isSampling = false;
		if (this.hasReachedSomebody) return joinBatches(deferred, this.endpoint.batchSize);
		const failure = this.abortReason ?? this.lastRefusal ?? STOPPED;
		for (const { entries } of deferred) this.settle(entries, failure);
		return [];
	}

	/** Tries the recipients again that were sent too much, together and in full calls, for as long as is worth it. */
	private async retryLimited(): Promise<void> {
		const { recipientBudget } = this.delivery.state;
		const attempts = recipientBudget.attempts();
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
			await this.sendAndSample(joinBatches(batches, this.endpoint.batchSize));
			if (countEntries(this.limitedBatches) < countEntries(limited)) recipientBudget.noteSuccess();
		}
	}

	/** Spares calls that would fail like the ones before. */
	private noteFailure(failure: Failure): void {
		const { kind } = failure;
		const isTransient =
			isOutcomeUnknown(failure) ||
			kind === 'rateLimited' ||
			kind === 'token' ||
			(kind === 'noToken' && failure.retryable) ||
			// What is not an answer of Feishu.
			(kind === 'refused' && failure.code === undefined);
		if (isTransient) this.consecutiveFailures += 1;
		const { state } = this.delivery;
		state.noteFailure(failure);
		if (
			(kind === 'rateLimited' && (state.callBudget.isExhausted || this.isTooLong(failure))) ||
			this.consecutiveFailures >= MAX_CONSECUTIVE_FAILURES ||
			(kind === 'token' && this.consecutiveFailures >= MAX_CONSECUTIVE_TOKEN_FAILURES)
		) {
			this.endpointAbortReason ??= failure;
		}
	}

	/** True when Feishu asks for a longer wait than the user allows, which every other call would have to wait for. */
	private isTooLong(failure: Failure): boolean {
		const { longestWaitSeconds } = this.delivery;
		const waitSeconds = failure.kind === 'rateLimited' ? (failure.waitSeconds ?? 0) : 0;
		return waitSeconds > Math.max(longestWaitSeconds, SHORT_HOLD_SECONDS);
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

/** A word of a message that may be an ID. */
const MAYBE_ID = /[\w@-]+(?:\.[\w@-]+)*/g;
/** Stands for an ID that was taken out of a message. */
const PLACE = '\uFFFC';
const LIST_OF_PLACES = /[\s:：]*[[(]?\uFFFC(?:[\s,;，、]*\uFFFC)*[\])]?/g;

/** What may be IDs in a message of Feishu, which names them after a colon or in brackets, if it uses either. */
function wordsOfList(message: string): Set<string> {
	const list = message.slice(message.search(/[:：[]/) + 1);
	return new Set(list.match(MAYBE_ID));
}

/** The failure without the IDs that its message names, so that it reads the same for everybody. */
function withoutIds(failure: Failure, named: Entry[]): Failure {
	const userIds = new Set(named.map(({ userId }) => userId));
	const reason = failure.reason
		.replace(MAYBE_ID, (word) => (userIds.has(word) ? PLACE : word))
		.replace(LIST_OF_PLACES, '');
	return { ...failure, reason };
}

function countEntries(limited: Array<{ batch: Batch }>): number {
	return limited.reduce((sum, { batch }) => sum + batch.entries.length, 0);
}

function randomIndex(list: unknown[]): number {
	return Math.floor(Math.random() * list.length);
}
