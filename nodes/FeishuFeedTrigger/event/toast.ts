import type { INodeProperties } from 'n8n-workflow';

import { asObject } from '../../shared/primitives/json';

/** The response to a callback; without a toast, Feishu shows nothing. Feishu: card callback, response body. */
export interface ToastResponse {
	toast?: {
		type: 'info' | 'success' | 'warning' | 'error';
		content: string;
		i18n?: { zh_cn?: string; en_us?: string };
	};
}

const TOAST_TYPES = ['info', 'success', 'warning', 'error'] as const;

/** The text of a toast for which the user entered none. */
export const RECEIVED = '已收到 Got it';

const toastFields: INodeProperties[] = [
	{
		displayName: 'Text',
		name: 'content',
		type: 'string',
		default: '',
		placeholder: `e.g. ${RECEIVED}`,
		description: 'Shown in every language that has no text of its own',
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

/** The form for what the person sees who pressed the button. */
export const responseFields: INodeProperties[] = [
	{
		displayName: 'Answer the Press',
		name: 'answer',
		type: 'options',
		options: [
			{
				name: 'With a Toast',
				value: 'toast',
				description: 'Show a short message at once',
			},
			{
				name: 'With Nothing',
				value: 'none',
				description: 'Accept the press and show nothing',
			},
			{
				name: 'With What the Last Node Gives',
				value: 'lastNode',
				description:
					'Show the toast in the field "toast" of the first item that the last node outputs',
			},
		],
		default: 'none',
		description: 'What the person who pressed the button sees. Feishu waits 3 seconds for it.',
	},
	{
		displayName: 'Toast',
		name: 'toast',
		type: 'fixedCollection',
		placeholder: 'Add Toast',
		// Only an empty default: n8n's editor cannot fill in another one for a single entry.
		default: {},
		description: `If you enter no text, the toast says "${RECEIVED}"`,
		options: [{ displayName: 'Toast', name: 'toast', values: toastFields }],
		displayOptions: { show: { answer: ['toast'] } },
	},
	{
		displayName: 'Toast if the Workflow Is Slower',
		name: 'fallbackToast',
		type: 'fixedCollection',
		placeholder: 'Add Toast',
		default: {},
		description:
			'Shown when the workflow fails, or has not finished shortly before the 3 seconds are over',
		options: [{ displayName: 'Toast', name: 'toast', values: toastFields }],
		displayOptions: { show: { answer: ['lastNode'] } },
	},
];

/** Reads a toast of the form. Without a text it says `defaultText`; without that, too, there is no toast. */
export function readToast(value: unknown, defaultText = ''): ToastResponse {
	const { content, type, zhCn, enUs } = asObject(asObject(value)?.toast) ?? {};
	const i18n = {
		...(zhCn ? { zh_cn: String(zhCn) } : {}),
		...(enUs ? { en_us: String(enUs) } : {}),
	};
	return toastOf({ content: content || zhCn || enUs || defaultText, type, i18n });
}

/**
 * Reads the toast that a workflow gave: its field `toast`, as a text or as Feishu's object.
 * Anything else is an empty response, for which Feishu shows nothing.
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
