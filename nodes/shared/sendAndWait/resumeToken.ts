import { createHmac } from 'crypto';

import { constantTimeEqual } from '../primitives/constantTimeEqual';
import { asObject, asText, firstText } from '../primitives/json';
import type { Operator } from './waitingCard';

/**
 * How a press on a button resumes the execution that waits for it. The button carries the address that
 * resumes the execution, with a proof that a node of the same app made it; whoever resumes it proves
 * in turn that the app received the press. The App Secret, which only the app's nodes know, is the key.
 */

/** What the action values of such a button are called. */
const RESUME_URL = 'n8n_resume_url';
const RESUME_PROOF = 'n8n_resume_proof';

const ID_TYPES = ['open_id', 'union_id', 'user_id'] as const;

/** What resumes an execution, and what comes back. */
export interface ResumeRequest {
	operator: Operator;
	proof: string;
}
export interface ResumeResponse {
	/** `closed`: somebody was earlier, or the time is over. */
	status: 'recorded' | 'closed';
	/** What was chosen. */
	text?: string;
}

/** The action values of a button that resumes the execution which waits at the address. */
export function resumeValues(url: string, appSecret: string): Record<string, string> {
	return { [RESUME_URL]: url, [RESUME_PROOF]: prove(appSecret, 'button', url) };
}

/** The address that a pressed button resumes, if it is such a button and a node of the app made it. */
export function readResumeUrl(
	values: Record<string, unknown>,
	appSecret: string,
): string | undefined {
	const { [RESUME_URL]: url, [RESUME_PROOF]: proof } = values;
	return typeof url === 'string' && isProven(proof, appSecret, 'button', url) ? url : undefined;
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
	const { status, text } = asObject(body) ?? {};
	return {
		...((status === 'recorded' || status === 'closed') && { status }),
		...(typeof text === 'string' && { text }),
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
