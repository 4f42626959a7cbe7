import type { SchemaObject } from 'ajv';

import { compile } from '../validation';
import { DeliveryFailure, type Received } from './deliveryFailure';

/** What the person who pressed sees (Feishu reference: "Card callback", `toast`). */
export interface Toast {
	type?: 'info' | 'success' | 'warning' | 'error';
	content?: string;
	/** By language: `zh_cn`, `en_us`, … */
	i18n?: Record<string, string>;
}

const toast: SchemaObject = {
	type: 'object',
	properties: {
		type: { type: 'string', enum: ['info', 'success', 'warning', 'error'] },
		content: { type: 'string' },
		i18n: { type: 'object', additionalProperties: { type: 'string' } },
	},
	// Something to show, in one language or several.
	anyOf: ['content', 'i18n'].map((name) => ({ required: [name], properties: { [name]: {} } })),
};
const callbackAnswer = compile<{ toast?: Toast }>({
	type: 'object',
	properties: { toast },
});

/**
 * The parsed answer to a callback; `undefined` if it is empty, as the official SDK's is when its
 * handler returns nothing.
 * @throws DeliveryFailure when it is no `{}` and no toast
 */
export function readCallbackAnswer(received: Received): { toast?: Toast } | undefined {
	checkStatus(received);
	if (received.text === '') return undefined;
	let answer: unknown;
	try {
		answer = JSON.parse(received.text);
	} catch {
		throw new DeliveryFailure('invalidAnswer', 'The answer is no JSON', received);
	}
	if (callbackAnswer(answer)) return answer;
	const [error] = callbackAnswer.errors ?? [];
	const field = error?.instancePath.slice(1).replace(/\//g, '.') || 'The answer';
	throw new DeliveryFailure('invalidAnswer', `${field} ${error?.message}`, received);
}

/**
 * The answer to an event, of which only the status counts.
 * @throws DeliveryFailure when it is not 200
 */
export function readEventAnswer(received: Received): unknown {
	checkStatus(received);
	try {
		return JSON.parse(received.text);
	} catch {
		return received.text || undefined;
	}
}

function checkStatus(received: Received): void {
	if (received.status === 200) return;
	throw new DeliveryFailure('status', `${received.status} instead of 200`, received);
}
