import type { INodeProperties } from 'n8n-workflow';

import { asObject } from '../../shared/primitives/json';

/** An answer to a callback. Feishu: card callback, response body. */
export interface ToastResponse {
	toast?: {
		type: 'info' | 'success' | 'warning' | 'error';
		content: string;
		i18n?: { zh_cn?: string; en_us?: string };
	};
}

const TOAST_TYPES = ['info', 'success', 'warning', 'error'] as const;

/** What a toast says that was given no text. */
export const RECEIVED = '已收到 Got it';

const toastFields: INodeProperties[] = [
	{
		displayName: 'Text',
		name: 'content',
		type: 'string',
		default: '',
		placeholder: `e.g. ${RECEIVED}`,
		description: 'Shown to everybody for whose language there is no text of its own',
	},
	{
		displayName: 'Kind',
		name: 'type',
		type: 'options',
		options: [
			{ name: 'Error', value: 'error' },
			{ name: 'Info', value: 'info' },
			{ name: 'Success', value: 'success' },
			{ name: 'Warning', value: 'warning' },
		],
		default: 'success',
	},
	{
		displayName: 'Text in Chinese',
		name: 'zhCn',
		type: 'string',
		default: '',
		placeholder: 'e.g. 已收到',
	},
	{
		displayName: 'Text in English',
		name: 'enUs',
		type: 'string',
		default: '',
		placeholder: 'e.g. Got it',
	},
];

/** The form for what the person who pressed the button sees. */
export const answerFields: INodeProperties[] = [
	{
		displayName: 'Answer the Press',
		name: 'answer',
		type: 'options',
		options: [
			{
				name: 'With a Toast',
				value: 'toast',
				description: 'Shows a short message at once',
			},
			{
				name: 'With Nothing',
				value: 'none',
				description: 'The press is taken, and nothing is shown',
			},
			{
				name: 'With What the Last Node Gives',
				value: 'lastNode',
				description:
					'Shows the toast that is in the field "toast" of the first item of the last node',
			},
		],
		default: 'none',
		description: 'What the person sees. Feishu waits 3 seconds for it.',
	},
	{
		displayName: 'Toast',
		name: 'toast',
		type: 'fixedCollection',
		placeholder: 'Add Toast',
		// Only an empty default: n8n's editor cannot fill in another one for a single entry.
		default: {},
		description: `Without a text of your own, "${RECEIVED}" is shown`,
		options: [{ displayName: 'Toast', name: 'toast', values: toastFields }],
		displayOptions: { show: { answer: ['toast'] } },
	},
	{
		displayName: 'Toast if the Workflow Is Slower',
		name: 'fallbackToast',
		type: 'fixedCollection',
		placeholder: 'Add Toast',
		default: {},
		description: 'Shown when the workflow has not answered shortly before the 3 seconds are over',
		options: [{ displayName: 'Toast', name: 'toast', values: toastFields }],
		displayOptions: { show: { answer: ['lastNode'] } },
	},
];

/** Reads a toast of the form. One without a text says `otherwise`, and is no toast without that. */
export function readToast(value: unknown, otherwise = ''): ToastResponse {
	const { content, type, zhCn, enUs } = asObject(asObject(value)?.toast) ?? {};
	const i18n = {
		...(zhCn ? { zh_cn: String(zhCn) } : {}),
		...(enUs ? { en_us: String(enUs) } : {}),
	};
	return toastOf({ content: content || zhCn || enUs || otherwise, type, i18n });
}

/**
 * Reads the answer that a workflow gave: its field `toast`, as a text or as Feishu's object.
 * Anything else is an empty answer, which Feishu takes as "received".
 */
export function readToastOfWorkflow(value: unknown): ToastResponse {
	const toast = asObject(value)?.toast;
	return typeof toast === 'string' ? toastOf({ content: toast }) : toastOf(asObject(toast) ?? {});
}

function toastOf({ content, type, i18n }: Record<string, unknown>): ToastResponse {
	if (typeof content !== 'string' || content === '') return {};
	const kind = TOAST_TYPES.find((known) => known === type) ?? 'success';
	const languages = asObject(i18n);
	return {
		toast: {
			type: kind,
			content,
			...(languages && Object.keys(languages).length > 0 && { i18n: languages }),
		},
	};
}
