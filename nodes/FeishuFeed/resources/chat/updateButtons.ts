import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { inVersion1, shownWhen, sinceVersion1_1 } from '../../../shared/description/shownWhen';
import { UPDATE_CHAT_BUTTONS } from '../../../shared/api/endpoints';
import type { ChatButtonContent } from '../../../shared/api/payloads';
import { buttonsField, buttonsFromForm, parseButtons } from '../../../shared/validation/buttons';
import { cardFieldName } from '../../../shared/validation/cardFields';
import { optionsOf } from '../../../shared/validation/formValues';
import { InvalidField } from '../../../shared/validation/InvalidField';
import { keysOf, oneOf, parseField } from '../../../shared/validation/validators';
import type { ItemParameters } from '../../execution/ItemParameters';
import { chatField, readChatId } from '../../fields/chat';
import { readRecipients, recipientFields } from '../../fields/recipients';
import type { SendOperation } from '../../Operation';

type Change = 'set' | 'remove';

const CHANGES: Record<Change, Omit<INodePropertyOptions, 'value'>> = {
	set: {
		name: 'Set Buttons',
		description: 'Show the buttons below, in place of those that the chat has now',
	},
	remove: { name: 'Remove All Buttons', description: 'Show no buttons anymore' },
};

const changeField: INodeProperties = {
	displayName: 'Change',
	name: 'buttonsChange',
	type: 'options',
	options: optionsOf(CHANGES),
	default: 'set',
	description: 'What becomes of the buttons of the chat',
};

const notice = (name: string, displayName: string): INodeProperties => ({
	displayName,
	name,
	type: 'notice',
	default: '',
});

const SET_DESCRIPTION = `${buttonsField.description} They replace the buttons that the chat has now.`;

/** Feishu: im-v2/chat_button/update */
export const updateButtons: SendOperation = {
	kind: 'send',
	option: {
		name: 'Update Buttons',
		value: 'updateButtons',
		action: 'Update chat buttons',
		description: "Set or remove the buttons that a chat shows in people's message lists",
	},
	fields: [
		chatField,
		...recipientFields,
		sinceVersion1_1(changeField),
		...[
			{ ...buttonsField, description: SET_DESCRIPTION },
			notice(
				'setNotice',
				'These buttons replace those that the chat has now. Without any here, nothing changes: to remove all, choose Remove All Buttons above.',
			),
		].map((field) => sinceVersion1_1(shownWhen(field, { [changeField.name]: ['set'] }))),
		inVersion1({
			...buttonsField,
			description: `${SET_DESCRIPTION} Without any, all are removed.`,
		}),
		inVersion1(
			notice('removeNotice', 'Without any button here, all buttons of the chat are removed.'),
		),
	],
	endpoint: UPDATE_CHAT_BUTTONS,
	read: (parameters) => {
		const chatId = readChatId(parameters);
		const content: ChatButtonContent = { chat_id: chatId, buttons: readButtons(parameters) };
		return {
			...readRecipients(parameters),
			content,
			target: chatId,
			names: { chat_id: chatId },
		};
	},
};

/**
 * Reads the buttons that the chat is to have; none when they are to be removed.
 *
 * @throws {InvalidField} for what Feishu would refuse, and for no button where removing was not asked for
 */
function readButtons(parameters: ItemParameters): ChatButtonContent['buttons'] {
	// In version 1, no button was the way to remove all.
	const mayBeEmpty = parameters.typeVersion === 1;
	if (!mayBeEmpty) {
		const change = parameters(changeField.name);
		const isRemoval =
			parseField(oneOf(keysOf(CHANGES)), change, changeField.displayName) === 'remove';
		if (isRemoval) return { buttons: [] };
	}
	const buttons = parseButtons(buttonsFromForm(parameters('buttons')), 'buttons', cardFieldName);
	if (buttons.buttons.length > 0 || mayBeEmpty) return buttons;
	throw new InvalidField(
		buttonsField.displayName,
		'is empty, so nothing was changed: add a button, or choose Remove All Buttons in Change',
	);
}
