import { createHmac } from 'crypto';

import { constantTimeEqual } from '../primitives/constantTimeEqual';
import type { UserIdType } from '../api/payloads';
import { asObject, asText, firstText, parseObject } from '../primitives/json';
import type { Operator, WaitingPlan } from './waitingCard';

/**
 * How a press on a button resumes the execution that waits for it. The button carries the address that
 * resumes the execution, with a proof that a node of the same app made it; whoever resumes it proves
 * in turn that the app received the press. The App Secret, which only the app's nodes know, is the key.
 * A card that was made with an earlier App Secret proves nothing: who resets a secret does so because somebody
 * else may know it, and with it could make n8n send requests anywhere.
 */

/** What the action values of such a button are called. */
const RESUME_URL = 'n8n_resume_url';
const RESUME_PROOF = 'n8n_resume_proof';
const AFTERWARDS = 'n8n_resume_afterwards';
const BIZ_ID = 'biz_id';

const ID_TYPES = ['open_id', 'union_id', 'user_id'] as const;

/** The card that a button is on, and what is to become of it when it waits no longer. */
export interface PressedCard {
	bizId: string;
	afterwards: WaitingPlan['afterwards'];
}

/** What a button resumes. */
export interface ResumeTarget {
	url: string;
	/** Absent on cards of version 0.1. */
	card?: PressedCard;
}

/** What resumes an execution, and what comes back. */
export interface ResumeRequest {
	operator: Operator;
	proof: string;
}

const RESUME_STATUSES = ['recorded', 'closed', 'notRecipient', 'unidentified'] as const;

export interface ResumeResponse {
	/**
	 * `closed`: somebody was earlier, or the time is over; `notRecipient`: who pressed did not get the card;
	 * `unidentified`: Feishu does not tell the kind of ID that the recipients have.
	 */
	status: (typeof RESUME_STATUSES)[number];
	/** What was chosen. */
	text?: string;
	/** The kind of ID that the recipients have, where it is missing. */
	userIdType?: UserIdType;
}

/** The action values of a button that resumes the execution which waits at the address. */
export function resumeValues(
	url: string,
	{ bizId, afterwards }: PressedCard,
	appSecret: string,
): Record<string, string> {
	return {
		[RESUME_URL]: url,
		[RESUME_PROOF]: prove(appSecret, 'button', url, bizId, afterwards),
		[BIZ_ID]: bizId,
		[AFTERWARDS]: afterwards,
	};
}

/**
 * The action values of a button that resumes an execution, wherever an event has them, proven or not.
 *
 * @param event as Feishu sent it: values may be an object, or a text that holds its JSON
 */
export function findResumeValues(event: unknown): Record<string, unknown> | undefined {
	// Few events hold the name at all, and only those are searched.
	return asText(event).includes(RESUME_URL) ? searchResumeValues(event) : undefined;
}

function searchResumeValues(event: unknown): Record<string, unknown> | undefined {
	const value = typeof event === 'string' ? parseObject(event) : event;
	if (typeof value !== 'object' || value === null) return undefined;
	const object = asObject(value);
	if (object !== undefined && Object.hasOwn(object, RESUME_URL)) return object;
	for (const inner of Object.values(value)) {
		const found = searchResumeValues(inner);
		if (found !== undefined) return found;
	}
	return undefined;
}

/** What a pressed button resumes, if it is such a button and a node of the app made it. */
export function readResumeTarget(
	values: Record<string, unknown>,
	appSecret: string,
): ResumeTarget | undefined {
	const { [RESUME_URL]: url, [RESUME_PROOF]: proof, [BIZ_ID]: bizId } = values;
	if (typeof url !== 'string') return undefined;
	const afterwards = values[AFTERWARDS];
	if (typeof bizId === 'string' && (afterwards === 'delete' || afterwards === 'update')) {
		return isProven(proof, appSecret, 'button', url, bizId, afterwards)
			? { url, card: { bizId, afterwards } }
			: undefined;
	}
	return isProven(proof, appSecret, 'button', url) ? { url } : undefined;
}

/** What to send to the address that resumes an execution. */
export function resumeRequestFor(
	url: string,
	operator: Operator,
	appSecret: string,
): ResumeRequest {
	return { operator, proof: prove(appSecret, 'press', addressOf(url), ...idsOf(operator)) };
}

/**
 * Reads who pressed the button out of what came to the address that resumes the execution;
 * nothing if it does not come from a node of the app.
 *
 * @param path the address without its origin, which a proxy may change
 */
export function readResumeRequest(
	body: unknown,
	path: string,
	appSecret: string,
): Operator | undefined {
	const { operator: given, proof } = asObject(body) ?? {};
	const ids = asObject(given);
	if (ids === undefined) return undefined;
	const operator: Operator = {};
	for (const type of ID_TYPES) {
		const id = firstText(ids[type]);
		if (id !== undefined) operator[type] = id;
	}
	return isProven(proof, appSecret, 'press', addressOf(path), ...idsOf(operator))
		? operator
		: undefined;
}

/** Reads what came back from the address; the status is absent when it was no response of the waiting node. */
export function readResumeResponse(body: unknown): Partial<ResumeResponse> {
	const { status, text, userIdType } = asObject(body) ?? {};
	const known = RESUME_STATUSES.find((each) => each === status);
	const idType = ID_TYPES.find((each) => each === userIdType);
	return {
		...(known && { status: known }),
		...(typeof text === 'string' && { text }),
		...(idType && { userIdType: idType }),
	};
}

/** Addresses are told apart by their signature, which n8n checks before it asks the node. */
function addressOf(url: string): string {
	return new URL(url, 'https://n8n').searchParams.get('signature') ?? '';
}

/** In the order that the proof has them. */
function idsOf(operator: Operator): string[] {
	return ID_TYPES.map((type) => operator[type] ?? '');
}

function prove(appSecret: string, ...parts: string[]): string {
	return createHmac('sha256', appSecret).update(JSON.stringify(parts)).digest('hex');
}

function isProven(proof: unknown, appSecret: string, ...parts: string[]): boolean {
	return constantTimeEqual(asText(proof), prove(appSecret, ...parts));
}
