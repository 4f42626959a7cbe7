import type { NamedIds } from './gateway';
import type { OperationName } from './operationNames';
import type { EntryUserId, RecipientReason } from './operations/operation';

/** What can go wrong with a call. */
export const FAULT_KINDS = [
	/** The app's tokens end with this call: it is answered 99991663, or `code`; later ones 99991663. */
	'tokenExpired',
	/** HTTP 429 with 99991400. */
	'tooManyRequests',
	/** HTTP 400 with 99991400. */
	'tooManyRequestsAs400',
	/** HTTP 500 with JSON. */
	'serverError',
	/** HTTP 502 with a page of HTML. */
	'badGateway',
	/** The connection ends without an answer. */
	'dropped',
	/** The connection ends in the middle of the answer. */
	'cutOff',
	/** HTTP 200 with a page of HTML, or `text`. */
	'notJson',
	/** No answer for `seconds`; then the answer if the call was handled, else the connection ends. */
	'silence',
	/** Recipients fail with a reason; nothing is done for them. */
	'recipientReason',
	/** The answer comes `seconds` later. */
	'delay',
	/** HTTP 400 with 99991672. */
	'missingScope',
	/** HTTP 200, or `status`, with `code` and `msg` of your own. */
	'errorCode',
	/** A `code` of the gateway, with the HTTP status and the message that belong to it. */
	'gatewayCode',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** A fault to come. It concerns calls that fit `operation`, `app_id`, `recipient` and `contains`, counted from 1. */
export interface FaultOptions {
	kind: FaultKind;
	/** Absent: any operation, those for tokens too. */
	operation?: OperationName | OperationName[];
	app_id?: string;
	/** Only calls with one of these user IDs among their recipients, as they are in the call. */
	recipient?: string | string[];
	/** Only calls whose body has this text in it. */
	contains?: string;
	/** Only these of the calls that fit. */
	nth?: number | number[];
	/** Only the first so many of the calls that fit. */
	first?: number;
	/** Only every so-manieth of the calls that fit. */
	every?: number;
	/** At most so often; for `recipientReason`, for each recipient. */
	times?: number;
	/**
	 * Whether the call is done all the same, although its answer is lost or wrong. By default only
	 * `cutOff`, `notJson` and `silence` are.
	 */
	handled?: boolean;
	/** `silence` and `delay`: how long; fractions are fine. By default 30 and 1. */
	seconds?: number;
	/** 99991400: what `x-ogw-ratelimit-reset` says, in seconds. By default 1. */
	retryAfter?: number;
	/**
	 * `errorCode`: what the answer holds; HTTP 200 by default. `gatewayCode`: one of the gateway's codes,
	 * and what to say instead of what belongs to it. `tokenExpired`: another of the codes for tokens.
	 */
	code?: number;
	msg?: string;
	status?: number;
	/**
	 * `gatewayCode` that concerns user IDs: which of them the message names, by default as the settings
	 * say. It concerns those of the call that `recipient` names; without `recipient`, all of the call.
	 */
	namesIds?: NamedIds;
	/** `notJson`: the body instead of a page of HTML; may be empty. */
	text?: string;
	/** `recipientReason` of cards: by default `"3"`, rate limited. */
	reason?: RecipientReason['reason'];
	/** `recipientReason` of chats: by default 0 and "The user is not in the chat". */
	error_code?: number;
	error_message?: string;
	/** `recipientReason`: the `user_id` in the answer's entry; by default the one of the call. */
	entryUserId?: EntryUserId;
}

/** A fault with how far it has got. */
export interface Fault extends FaultOptions {
	id: number;
	/** Calls that fitted so far. */
	matched: number;
	/** How often it has happened. */
	done: number;
}

/** What the faults do to one call. */
export interface FaultPlan {
	/** Extra milliseconds before the answer. */
	delay: number;
	/** Recipients that fail, by their ID in the call. */
	failing: Map<string, RecipientReason>;
	/** The fault that replaces the answer. */
	breaking?: Fault;
}

const HANDLED_BY_DEFAULT: readonly FaultKind[] = ['cutOff', 'notJson', 'silence'];

/** Whether a call that meets this fault is done all the same. */
export function isHandled(fault: FaultOptions): boolean {
	return fault.handled ?? HANDLED_BY_DEFAULT.includes(fault.kind);
}

interface Entry {
	fault: Fault;
	/** `recipientReason`: how often each recipient was in a call, and failed. */
	recipients: Map<string, { matched: number; done: number }>;
}

/** The faults that are set, in the order in which they were added. */
export class Faults {
	private entries: Entry[] = [];
	private nextId = 1;

	/** `onChange` is told when one is added or removed, and when one has happened. */
	constructor(private readonly onChange: () => void = () => undefined) {}

	add(options: FaultOptions): Fault {
		const fault: Fault = { ...options, id: this.nextId++, matched: 0, done: 0 };
		this.entries.push({ fault, recipients: new Map() });
		this.onChange();
		return fault;
	}

	list(): Fault[] {
		return this.entries.map((entry) => entry.fault);
	}

	/** Removes one fault; false if there is none with that ID. */
	remove(id: number): boolean {
		const before = this.entries.length;
		this.entries = this.entries.filter((entry) => entry.fault.id !== id);
		const isRemoved = this.entries.length < before;
		if (isRemoved) this.onChange();
		return isRemoved;
	}

	clear(): void {
		this.entries = [];
		this.onChange();
	}

	/** What the faults do to this call, whose body is `text`. The first that replaces the answer wins. */
	plan(
		operation: OperationName,
		app_id: string | undefined,
		recipients: readonly string[],
		text: string,
	): FaultPlan {
		const plan: FaultPlan = { delay: 0, failing: new Map() };
		for (const entry of this.entries) {
			const { fault } = entry;
			if (!fits(fault, operation, app_id, recipients, text)) continue;
			fault.matched++;
			this.onChange();
			if (fault.kind === 'recipientReason') {
				this.planRecipients(entry, recipients, plan);
			} else if (isDue(fault, fault)) {
				if (fault.kind === 'delay') plan.delay += (fault.seconds ?? 1) * 1000;
				else if (!plan.breaking) plan.breaking = fault;
				else continue;
				fault.done++;
			}
		}
		return plan;
	}

	private planRecipients(
		{ fault, recipients: seen }: Entry,
		recipients: readonly string[],
		plan: FaultPlan,
	) {
		const concerned = asList(fault.recipient) ?? recipients;
		for (const id of new Set(recipients)) {
			if (!concerned.includes(id)) continue;
			let progress = seen.get(id);
			if (!progress) seen.set(id, (progress = { matched: 0, done: 0 }));
			progress.matched++;
			if (!isDue(fault, progress)) continue;
			progress.done++;
			fault.done++;
			plan.failing.set(id, {
				reason: fault.reason ?? '3',
				error_code: fault.error_code ?? 0,
				error_message: fault.error_message ?? 'The user is not in the chat',
				entryUserId: fault.entryUserId ?? 'given',
			});
		}
	}
}

function fits(
	fault: Fault,
	operation: OperationName,
	app_id: string | undefined,
	recipients: readonly string[],
	text: string,
): boolean {
	const operations = asList(fault.operation);
	if (operations && !operations.includes(operation)) return false;
	if (fault.app_id !== undefined && fault.app_id !== app_id) return false;
	if (fault.contains !== undefined && !text.includes(fault.contains)) return false;
	const concerned = asList(fault.recipient);
	return !concerned || concerned.some((id) => recipients.includes(id));
}

function isDue(fault: FaultOptions, progress: { matched: number; done: number }): boolean {
	const nth = asList(fault.nth);
	return (
		(fault.times === undefined || progress.done < fault.times) &&
		(!nth || nth.includes(progress.matched)) &&
		(fault.first === undefined || progress.matched <= fault.first) &&
		(fault.every === undefined || progress.matched % fault.every === 0)
	);
}

/** The user IDs of a call that a fault concerns. */
export function concernedIds(fault: FaultOptions, recipients: readonly string[]): string[] {
	const concerned = asList(fault.recipient);
	return recipients.filter((id) => !concerned || concerned.includes(id));
}

function asList<T extends string | number>(value: T | T[] | undefined): T[] | undefined {
	if (value === undefined) return undefined;
	return Array.isArray(value) ? value : [value];
}
