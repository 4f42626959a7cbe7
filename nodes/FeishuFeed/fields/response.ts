import type { INodeProperties } from 'n8n-workflow';

import { BUTTON_TYPES, CARD_LIMITS } from '../../shared/validation/cardFields';
import { InvalidField, shown } from '../../shared/validation/InvalidField';
import { oneOf, text, wholeNumber } from '../../shared/validation/validators';
import type { Choice, WaitingPlan } from '../../shared/sendAndWait/waitingCard';
import { collection, entriesOf, isEmpty } from '../execution/ItemParameters';
import type { ItemParameters } from '../execution/ItemParameters';
import { buttonStyleField, buttonTextField, readActionValue } from './buttons';

const APPROVAL = { show: { responseType: ['approval'] } };

/** The form for what people may choose, and how their choice comes back. */
export const responseFields: INodeProperties[] = [
	{
		displayName: 'Response Type',
		name: 'responseType',
		type: 'options',
		options: [
			{
				name: 'Approval',
				value: 'approval',
				description: 'The card has a button to approve, and one to decline',
			},
			{
				name: 'Own Buttons',
				value: 'custom',
				description: 'The card has one or two buttons with texts of your own',
			},
		],
		default: 'approval',
	},
	{
		displayName: 'Approve Button Text',
		name: 'approveText',
		type: 'string',
		default: '同意 Approve',
		description: `At most ${CARD_LIMITS.buttonText} characters`,
		displayOptions: APPROVAL,
	},
	{
		displayName: 'Decline Button Text',
		name: 'declineText',
		type: 'string',
		default: '拒绝 Decline',
		description: `At most ${CARD_LIMITS.buttonText} characters. Leave empty for a card that can only be approved.`,
		displayOptions: APPROVAL,
	},
	{
		displayName: 'Buttons',
		name: 'answers',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Button', sortable: true },
		placeholder: 'Add Button',
		default: {},
		description: `Up to ${CARD_LIMITS.buttons} buttons, shown from left to right`,
		displayOptions: { show: { responseType: ['custom'] } },
		options: [
			{
				displayName: 'Button',
				name: 'answer',
				values: [
					buttonTextField,
					{
						displayName: 'Value',
						name: 'value',
						type: 'string',
						default: '',
						placeholder: 'e.g. taken',
						description: "What the node's output calls the answer. The text is taken without it.",
					},
					buttonStyleField,
				],
			},
		],
	},
	{
		displayName: 'Response Comes Back',
		name: 'channel',
		type: 'options',
		options: [
			{
				name: 'Through a Feishu Feed Trigger',
				value: 'callback',
				description: 'One press is enough',
			},
			{
				name: 'Through a Web Page',
				value: 'link',
				description: 'The button opens a page that asks to confirm',
			},
		],
		default: 'callback',
	},
	{
		displayName:
			'An active workflow of this n8n must hold a Feishu Feed Trigger with the same app. It needs no other node.',
		name: 'callbackNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { channel: ['callback'] } },
	},
	{
		displayName:
			'The recipients must be able to open the address of this n8n, which must begin with https://.',
		name: 'linkNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { channel: ['link'] } },
	},
	{
		displayName: 'Wait For',
		name: 'waitFor',
		type: 'options',
		options: [
			{ name: 'The First Response', value: 'first', description: 'The first to respond decides' },
			{ name: 'Everybody', value: 'all', description: 'Each recipient responds once' },
		],
		default: 'first',
	},
	{
		displayName: 'Afterwards',
		name: 'afterwards',
		type: 'options',
		options: [
			{
				name: 'Remove the Card',
				value: 'delete',
				description: "The card disappears from everybody's message list",
			},
			{
				name: 'Show the Response on the Card',
				value: 'update',
				description: 'The card stays, unpinned, with the response as its label and without buttons',
			},
		],
		default: 'delete',
		description: 'What becomes of the card when nobody can respond to it any more',
	},
	{
		displayName: 'Text Afterwards',
		name: 'doneText',
		type: 'string',
		default: '✓ {answer} · {person}',
		description: `The second line of the card from then on: {answer} becomes the text of the button, {person} the ID of who pressed it. At most ${CARD_LIMITS.preview} characters.`,
		displayOptions: { show: { afterwards: ['update'] } },
	},
];

const UNITS: Record<string, number> = { minutes: 60, hours: 3_600, days: 86_400 };

/** The options of an operation that waits. */
export const waitingOptions: INodeProperties[] = [
	{
		displayName: 'Limit Wait Time',
		name: 'limitWaitTime',
		type: 'fixedCollection',
		placeholder: 'Add Limit',
		default: { values: { limitType: 'afterTimeInterval', resumeAmount: 1, resumeUnit: 'hours' } },
		description:
			'When the workflow goes on although nobody, or not everybody, has responded. It waits without end without this.',
		options: [
			{
				displayName: 'Values',
				name: 'values',
				values: [
					{
						displayName: 'Limit Type',
						name: 'limitType',
						type: 'options',
						options: [
							{ name: 'After Time Interval', value: 'afterTimeInterval' },
							{ name: 'At Specified Time', value: 'atSpecifiedTime' },
						],
						default: 'afterTimeInterval',
					},
					{
						displayName: 'Amount',
						name: 'resumeAmount',
						type: 'number',
						typeOptions: { minValue: 1 },
						default: 1,
						displayOptions: { show: { limitType: ['afterTimeInterval'] } },
					},
					{
						displayName: 'Unit',
						name: 'resumeUnit',
						type: 'options',
						options: [
							{ name: 'Days', value: 'days' },
							{ name: 'Hours', value: 'hours' },
							{ name: 'Minutes', value: 'minutes' },
						],
						default: 'hours',
						displayOptions: { show: { limitType: ['afterTimeInterval'] } },
					},
					{
						displayName: 'Max Date and Time',
						name: 'maxDateAndTime',
						type: 'dateTime',
						default: '',
						displayOptions: { show: { limitType: ['atSpecifiedTime'] } },
					},
				],
			},
		],
	},
];

/**
 * Reads what people may choose, and how long it is waited for. The texts' lengths are checked with the card.
 *
 * @param now milliseconds since 1970
 * @throws {InvalidField} for the first field that cannot be meant so
 */
export function readWaitingPlan(parameters: ItemParameters, now: number): WaitingPlan {
	const chosen = (name: string, field: string, choices: readonly string[]): string => {
		const value = parameters(name);
		oneOf(choices)(value, '', () => field);
		return value as string;
	};
	const isApproval = chosen('responseType', 'Response Type', ['approval', 'custom']) === 'approval';
	const afterwards = chosen('afterwards', 'Afterwards', ['delete', 'update']);
	const doneText = afterwards === 'update' ? parameters('doneText') : '';
	text({ maximum: CARD_LIMITS.preview })(doneText, '', () => 'Text Afterwards');
	return {
		isApproval,
		choices: isApproval ? readApproval(parameters) : readChoices(parameters('answers')),
		channel: chosen('channel', 'Response Comes Back', ['callback', 'link']),
		waitFor: chosen('waitFor', 'Wait For', ['first', 'all']),
		afterwards,
		doneText,
		deadline: readDeadline(collection(parameters('options'), 'Options').limitWaitTime, now),
	} as WaitingPlan;
}

function readApproval(parameters: ItemParameters): Choice[] {
	const [approve, decline] = [parameters('approveText'), parameters('declineText')];
	const choices = [choiceOf('Approve Button Text', 'approve', approve, 'primary')];
	if (isEmpty(decline)) return choices;
	return [...choices, choiceOf('Decline Button Text', 'decline', decline, 'default')];
}

function readChoices(value: unknown): Choice[] {
	const entries = entriesOf(value, 'answer', 'Buttons');
	if (entries.length === 0 || entries.length > CARD_LIMITS.buttons) {
		throw new InvalidField(
			'Buttons',
			`has ${entries.length} buttons, but from 1 to ${CARD_LIMITS.buttons} are needed`,
		);
	}
	const choices = entries.map((entry, index) => {
		const { text: label, value: given, buttonType = 'default' } = entry;
		oneOf(BUTTON_TYPES)(buttonType, '', () => `Button ${index + 1} Style`);
		const named = isEmpty(given) ? label : readActionValue(given, `Button ${index + 1} Value`);
		return choiceOf(`Button ${index + 1} Text`, named, label, buttonType as Choice['buttonType']);
	});
	const [first, second] = choices;
	if (first.value === second?.value) {
		throw new InvalidField('Buttons', `has the value ${shown(first.value)} twice`);
	}
	return choices;
}

function choiceOf(
	field: string,
	value: unknown,
	label: unknown,
	buttonType: Choice['buttonType'],
): Choice {
	text({ minimum: 1, maximum: CARD_LIMITS.buttonText })(label, '', () => field);
	return { value: value as string, text: label as string, buttonType };
}

function readDeadline(limit: unknown, now: number): number | undefined {
	const [values] = entriesOf(limit, 'values', 'Limit Wait Time');
	if (values === undefined) return undefined;
	const { limitType = 'afterTimeInterval', resumeAmount = 1, resumeUnit = 'hours' } = values;
	oneOf(['afterTimeInterval', 'atSpecifiedTime'])(limitType, '', () => 'Limit Type');
	if (limitType === 'afterTimeInterval') {
		wholeNumber({ minimum: 1, maximum: 100_000 })(resumeAmount, '', () => 'Limit Wait Time Amount');
		oneOf(Object.keys(UNITS))(resumeUnit, '', () => 'Limit Wait Time Unit');
		return now + (resumeAmount as number) * UNITS[resumeUnit as string] * 1_000;
	}
	const { maxDateAndTime } = values;
	const time = new Date(isEmpty(maxDateAndTime) ? NaN : (maxDateAndTime as string)).getTime();
	if (Number.isNaN(time) || time <= now) {
		const problem = Number.isNaN(time) ? 'is no date and time' : 'is in the past';
		throw new InvalidField('Max Date and Time', `${problem}: ${shown(String(maxDateAndTime))}`);
	}
	return time;
}
