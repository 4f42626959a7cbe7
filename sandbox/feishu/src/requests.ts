import type { IncomingHttpHeaders } from 'node:http';

import type { FaultKind } from './faults';
import type { OperationName } from './operationNames';

/**
 * How a request ended: `answered`; `refused` for going over a rate limit; `dropped` or `cutOff` by a
 * fault; `abandoned` when the caller went away first; `pending` until then.
 */
export const OUTCOMES = [
	'pending',
	'answered',
	'refused',
	'dropped',
	'cutOff',
	'abandoned',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** A request to the sandbox's Feishu, as it is kept. */
export interface Exchange {
	/** Counts from 1, in the order of receiving. */
	number: number;
	/** Milliseconds since 1970. */
	receivedAt: number;
	answeredAt?: number;
	logId: string;
	method: string;
	/** Without the query. */
	path: string;
	query: Record<string, unknown>;
	headers?: IncomingHttpHeaders;
	/** Absent for multipart forms. */
	rawBody?: string;
	/** Fields of a multipart form; files by name, media type and length. */
	form?: Record<string, unknown>;
	/** Absent for paths that Feishu does not have. */
	operation?: OperationName;
	app_id?: string;
	tenant_key?: string;
	/** Number of user IDs in it. */
	recipients: number;
	status?: number;
	code?: number;
	responseHeaders?: Record<string, string>;
	rawResponse?: string;
	outcome: Outcome;
	/** Whether the operation ran: its effects are in the feeds, unless it refused its parameters. */
	handled: boolean;
	fault?: FaultKind;
}

/** A request as `GET /sandbox/requests` gives it: bodies also parsed, where they are JSON or a form. */
export interface RecordedRequest extends Exchange {
	body?: unknown;
	responseBody?: unknown;
}

/** A request without headers and bodies, as lists show it. */
export interface RequestSummary
	extends Omit<Exchange, 'headers' | 'rawBody' | 'form' | 'responseHeaders' | 'rawResponse'> {
	/** The answer's `msg`. */
	msg?: string;
	/** How many recipients the answer names as not reached. */
	failedRecipients: number;
}

/** Which requests to read; what is absent matches all. */
export interface RequestFilter {
	operation?: OperationName;
	app_id?: string;
	outcome?: Outcome;
	status?: number;
	code?: number;
	handled?: boolean;
	fault?: FaultKind;
	/** Only requests with a higher number. */
	after?: number;
	/** The most to return. */
	limit?: number;
}

/** Counted for an operation, whether or not requests are recorded. */
export interface Counters {
	calls: number;
	/** Calls over the rate limit. */
	refused: number;
	handled: number;
	/** User IDs in all calls. */
	recipients: number;
	/** Calls that have no end yet. */
	underWay: number;
	/** The most calls that were under way at one time. */
	mostAtOnce: number;
	/** Milliseconds since 1970. */
	firstReceivedAt: number;
	lastReceivedAt: number;
	/** Number of answers by HTTP status and by Feishu's code. */
	statuses: Record<string, number>;
	codes: Record<string, number>;
	outcomes: Partial<Record<Outcome, number>>;
}

const EQUAL_FIELDS = [
	'operation',
	'app_id',
	'outcome',
	'status',
	'code',
	'handled',
	'fault',
] as const;

/** The key of paths that Feishu does not have, in the counters. */
export const UNKNOWN_PATH = 'unknown path';

/** Keeps requests in the order of receiving, and counts them. */
export class RequestLog {
	private requests: Exchange[] = [];
	private counters = new Map<string, Counters>();
	/** Requests that have no end yet, and were not forgotten. */
	private underWay = new Set<Exchange>();
	/** Of those, the ones that can be read back. */
	private kept = new WeakSet<Exchange>();
	private nextNumber = 1;
	private forgotten = 0;

	/** `onChange` is told of every request that is kept, when it comes and when it ends. */
	constructor(private readonly onChange: (exchange: Exchange) => void = () => undefined) {}

	/** Opens a request; `keep` says whether it can be read back, `most` how many are kept. */
	open(exchange: Omit<Exchange, 'number'>, keep: boolean, most: number): Exchange {
		const opened: Exchange = { number: this.nextNumber++, ...exchange };
		this.underWay.add(opened);
		if (keep) {
			this.requests.push(opened);
			// Forgetting many at a time keeps the cost of each request constant.
			if (this.requests.length > most * 1.25) {
				const excess = this.requests.length - most;
				this.requests.splice(0, excess);
				this.forgotten += excess;
			}
			this.kept.add(opened);
			this.onChange(opened);
		}
		const counters = this.countersOf(exchange.operation ?? UNKNOWN_PATH, exchange.receivedAt);
		counters.calls++;
		counters.underWay++;
		counters.mostAtOnce = Math.max(counters.mostAtOnce, counters.underWay);
		counters.lastReceivedAt = exchange.receivedAt;
		return opened;
	}

	/** Notes how a request ended; only the first time counts. */
	end(exchange: Exchange, outcome: Outcome, now: number): void {
		if (!this.underWay.delete(exchange)) return;
		exchange.outcome = outcome;
		exchange.answeredAt = now;
		if (this.kept.has(exchange)) this.onChange(exchange);
		const counters = this.countersOf(exchange.operation ?? UNKNOWN_PATH, exchange.receivedAt);
		counters.underWay--;
		counters.recipients += exchange.recipients;
		if (exchange.handled) counters.handled++;
		if (outcome === 'refused') counters.refused++;
		counters.outcomes[outcome] = (counters.outcomes[outcome] ?? 0) + 1;
		if (exchange.status !== undefined) increase(counters.statuses, exchange.status);
		if (exchange.code !== undefined) increase(counters.codes, exchange.code);
	}

	/** The requests that match, in the order of receiving. */
	read(filter: RequestFilter): RecordedRequest[] {
		const found: RecordedRequest[] = [];
		const limit = filter.limit ?? Infinity;
		for (const exchange of this.requests) {
			if (found.length >= limit) break;
			if (filter.after !== undefined && exchange.number <= filter.after) continue;
			if (
				EQUAL_FIELDS.some(
					(field) => filter[field] !== undefined && exchange[field] !== filter[field],
				)
			)
				continue;
			found.push({
				...exchange,
				body: exchange.form ?? parse(exchange.rawBody),
				responseBody: parse(exchange.rawResponse),
			});
		}
		return found;
	}

	/** The newest requests, oldest first. */
	newest(count: number): Exchange[] {
		return this.requests.slice(-count);
	}

	/** How many requests were forgotten to make room. */
	get forgottenRequests(): number {
		return this.forgotten;
	}

	/** The counters of each operation that was called. */
	count(): Record<string, Counters> {
		return Object.fromEntries(this.counters);
	}

	/** Forgets requests and counters; requests under way then end uncounted. */
	clear(): void {
		this.requests = [];
		this.counters = new Map();
		this.underWay = new Set();
		this.nextNumber = 1;
		this.forgotten = 0;
	}

	private countersOf(name: string, receivedAt: number): Counters {
		let counters = this.counters.get(name);
		if (!counters) {
			counters = {
				calls: 0,
				refused: 0,
				handled: 0,
				recipients: 0,
				underWay: 0,
				mostAtOnce: 0,
				firstReceivedAt: receivedAt,
				lastReceivedAt: receivedAt,
				statuses: {},
				codes: {},
				outcomes: {},
			};
			this.counters.set(name, counters);
		}
		return counters;
	}
}

/** What lists show of a request. */
export function summaryOf(exchange: Exchange): RequestSummary {
	// eslint-disable-next-line @typescript-eslint/no-unused-vars
	const { headers, rawBody, form, responseHeaders, rawResponse, ...summary } = exchange;
	const answer = parse(rawResponse) as
		| { msg?: string; data?: { failed_cards?: unknown[]; failed_user_reasons?: unknown[] } }
		| undefined;
	const failed = answer?.data?.failed_cards ?? answer?.data?.failed_user_reasons ?? [];
	return { ...summary, msg: answer?.msg, failedRecipients: failed.length };
}

function increase(counts: Record<string, number>, key: number): void {
	counts[key] = (counts[key] ?? 0) + 1;
}

function parse(text: string | undefined): unknown {
	if (!text) return undefined;
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
