import type { INodeProperties } from 'n8n-workflow';

import { isEmpty } from '../../shared/validation/formValues';
import { InvalidField, kindOf, shown } from '../../shared/validation/InvalidField';
import type { ItemParameters } from '../execution/ItemParameters';
import { locator } from './locator';
import type { LocatorField } from './locator';

/** How a link names a chat. Feishu: applink-protocol/supported-protocol/open-a-chat-page. */
const LINK_PARAMETERS = ['openChatId', 'open_chat_id', 'chatId', 'chat_id'];
const ID_OR_LINK = `\\s*(?:oc_\\S+|\\S+[?&](?:${LINK_PARAMETERS.join('|')})=oc_\\S+)\\s*`;
const OTHER_LINK_ADVICE =
	'does not hold the ID of the chat: choose the chat from the list, or give its ID';

/** Lets the user choose a chat from the list, by its ID, or by a link to it. */
export function chatLocator(field: LocatorField): INodeProperties {
	return locator(field, {
		placeholder: 'Select a chat...',
		searchListMethod: 'searchChats',
		modes: [
			{
				displayName: 'By ID',
				name: 'id',
				type: 'string',
				placeholder: 'e.g. oc_a0553eda9014c201e6969b478895c230',
				hint: 'The chat_id, which begins with oc_',
				validation: [
					{
						type: 'regex',
						properties: {
							regex: ID_OR_LINK,
							errorMessage: 'A chat ID begins with oc_',
						},
					},
				],
			},
			{
				displayName: 'By URL',
				name: 'url',
				type: 'string',
				placeholder: 'e.g. https://applink.feishu.cn/client/chat/open?openChatId=oc_a0553e...',
				hint: 'A link that opens the chat and has openChatId=oc_… in it',
				validation: [
					{
						type: 'regex',
						properties: {
							regex: ID_OR_LINK,
							errorMessage: `A link to a chat has openChatId=oc_… in it. A link for sharing ${OTHER_LINK_ADVICE}.`,
						},
					},
				],
			},
		],
	});
}

/** The chat that an operation changes. */
export const chatField = chatLocator({
	displayName: 'Chat',
	name: 'chatId',
	required: true,
	description: 'A chat that the bot is a member of',
});

/** The chat whose members are the recipients. */
export const recipientChatField = chatLocator({
	displayName: 'Members of Chat',
	name: 'recipientChat',
	required: true,
	description: 'A chat that the bot is a member of. Everybody in it is a recipient, bots are not.',
});

/**
 * Reads the ID of a chat, given as such or in a link, whichever of the two the form asked for.
 * n8n's own extraction of a value from a link would refuse what is not a text without saying what is wrong.
 *
 * @throws {InvalidField} when it is empty, or has no ID that begins with oc_
 */
export function readChatId(parameters: ItemParameters, field = chatField): string {
	return chatIdOf(parameters(field.name), field.displayName);
}

/**
 * The ID of a chat in what the form holds.
 *
 * @param field what messages call the field
 * @throws {InvalidField} as `readChatId`
 */
export function chatIdOf(value: unknown, field: string): string {
	if (isEmpty(value)) {
		const purpose = field === chatField.displayName ? 'to change' : 'is meant';
		throw new InvalidField(field, `is empty, but it must say which chat ${purpose}`);
	}
	if (typeof value !== 'string') {
		throw new InvalidField(field, `must be a chat ID, but is ${kindOf(value)}`);
	}
	const trimmed = value.trim();
	const link = linkIn(trimmed);
	const chatId = link === undefined ? trimmed : idInLink(link, value, field);
	if (/^oc_[^\s/?#&=]+$/.test(chatId)) return chatId;
	throw new InvalidField(field, `must be a chat ID that begins with oc_, but is ${shown(value)}`);
}

/** The text as a link, such as https://… or lark://…; undefined for anything else. */
function linkIn(text: string): URL | undefined {
	return /^[a-z]+:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}

function idInLink(link: URL, value: string, field: string): string {
	const names = new Set(LINK_PARAMETERS.map((name) => name.toLowerCase()));
	const parameters = [...link.searchParams];
	const found = parameters.find(([name]) => names.has(name.toLowerCase()));
	if (found !== undefined) return found[1].trim();
	if (parameters.some(([name]) => name.toLowerCase() === 'openid')) {
		throw new InvalidField(field, `must be a chat, but ${shown(value)} is a link to a person`);
	}
	const kind = /token=/.test(link.search) ? 'a link for sharing, which' : 'a link that';
	throw new InvalidField(field, `is ${kind} ${OTHER_LINK_ADVICE}`);
}
