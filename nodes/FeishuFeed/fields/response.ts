import type { INodeProperties } from 'n8n-workflow';

import type { Choice, WaitingPlan } from '../../shared/sendAndWait/waitingCard';
import {
	BUTTON_LIMITS,
	buttonStyleField,
	buttonTextField,
	parseButtonType,
	readActionValue,
} from '../../shared/validation/buttons';
import { CARD_LIMITS } from '../../shared/validation/cardFields';
import { lengthHint } from '../../shared/description/lengthHint';
import { collection, entriesOf, isEmpty, textFromForm } from '../../shared/validation/formValues';
import { InvalidField, shown } from '../../shared/validation/InvalidField';
import { keysOf, oneOf, parseField, text, wholeNumber } from '../../shared/validation/validators';
import type { ItemParameters } from '../execution/ItemParameters';

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
		description: 'What the recipients choose from',
	},
	{
		displayName: 'Approve Button Text',
		name: 'approveText',
		type: 'string',
		default: '同意 Approve',
		hint: lengthHint(BUTTON_LIMITS.text),
		description: `What the button to approve says, at most ${BUTTON_LIMITS.text} characters`,
		displayOptions: APPROVAL,
	},
	{
		displayName: 'Decline Button Text',
		name: 'declineText',
		type: 'string',
		default: '拒绝 Decline',
		hint: `${lengthHint(BUTTON_LIMITS.text)}. Leave it empty for a card that can only be approved.`,
		description: `What the button to decline says, at most ${BUTTON_LIMITS.text} characters. Leave empty for a card that can only be approved.`,
		displayOptions: APPROVAL,
	},
	{
		displayName: 'Buttons',
		name: 'answers',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Button', sortable: true },
		placeholder: 'Add Button',
		default: {},
		description: `Up to ${BUTTON_LIMITS.buttons} buttons, shown from left to right`,
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
						description:
							'What the output calls this answer. Without it, the output has the text of the button.',
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
				description: 'The button opens a page that asks for confirmation',
			},
		],
		default: 'callback',
		description: 'How n8n learns what somebody chose',
	},
	{
		displayName:
			'An active workflow of this n8n must have a Feishu Feed Trigger for the same app. It needs no other node. If you send by User ID, the app needs the scope contact:user.employee_id:readonly: Feishu then says who pressed by that ID.',
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
		description: 'Whether the first response decides, or each recipient has to respond',
		hint: 'Every input item gets a card of its own, even where n8n notes that the action runs only for the first one.',
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
		description: 'What happens to the card when nobody can respond to it anymore',
	},
	{
		displayName: 'Text Afterwards',
		name: 'doneText',
		type: 'string',
		default: '✓ {answer} · {person}',
		hint: `{answer}: the text of the button, {person}: the ID of who pressed. ${lengthHint(CARD_LIMITS.preview)}`,
		description: `The second line of the card from then on. {answer} becomes the text of the button, and {person} the ID of the person who pressed it. At most ${CARD_LIMITS.preview} characters.`,
		displayOptions: { show: { afterwards: ['update'] } },
	},
];

const SECONDS_BY_UNIT = { minutes: 60, hours: 3_600, days: 86_400 };

/** The options of an operation that waits. */
export const waitingOptions: INodeProperties[] = [
	{
		displayName: 'Limit Wait Time',
		name: 'limitWaitTime',
		type: 'fixedCollection',
		placeholder: 'Add Limit',
		default: { values: { limitType: 'afterTimeInterval', resumeAmount: 1, resumeUnit: 'hours' } },
		description:
			'When the workflow continues even if nobody, or not everybody, has responded. Without a limit, it waits forever.',
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
						description: 'Whether the limit is a span of time or a date',
					},
					{
						displayName: 'Amount',
						name: 'resumeAmount',
						type: 'number',
						typeOptions: { minValue: 1 },
						default: 1,
						description: 'How many of the units below to wait',
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
						description: 'The unit of the amount',
						displayOptions: { show: { limitType: ['afterTimeInterval'] } },
					},
					{
						displayName: 'Max Date and Time',
						name: 'maxDateAndTime',
						type: 'dateTime',
						default: '',
						description: 'The moment at which the wait ends',
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
 * @throws {InvalidField} for the first field with a value that makes no sense
 */
export function readWaitingPlan(parameters: ItemParameters, now: number): WaitingPlan {
	const chosen = <const Value extends string>(
		name: string,
		field: string,
		choices: readonly Value[],
	): Value => parseField(oneOf(choices), parameters(name), field);
	const isApproval = chosen('responseType', 'Response Type', ['approval', 'custom']) === 'approval';
	const afterwards = chosen('afterwards', 'Afterwards', ['delete', 'update']);
	const doneText = afterwards === 'update' ? textFromForm(parameters('doneText')) : '';
	return {
		isApproval,
		choices: isApproval ? readApproval(parameters) : readChoices(parameters('answers')),
		channel: chosen('channel', 'Response Comes Back', ['callback', 'link']),
		waitFor: chosen('waitFor', 'Wait For', ['first', 'all']),
		afterwards,
		doneText: parseField(text({ maximum: CARD_LIMITS.preview }), doneText, 'Text Afterwards'),
		deadline: readDeadline(collection(parameters('options'), 'Options').limitWaitTime, now),
	};
}

const parseLabel = text({ minimum: 1, maximum: BUTTON_LIMITS.text });

function readApproval(parameters: ItemParameters): Choice[] {
	const decline = textFromForm(parameters('declineText'));
	const approve: Choice = {
		value: 'approve',
		text: parseField(parseLabel, textFromForm(parameters('approveText')), 'Approve Button Text'),
		buttonType: 'primary',
	};
	if (isEmpty(decline)) return [approve];
	const label = parseField(parseLabel, decline, 'Decline Button Text');
	return [approve, { value: 'decline', text: label, buttonType: 'default' }];
}

function readChoices(value: unknown): Choice[] {
	const entries = entriesOf(value, {
		field: 'Buttons',
		groups: ['answer'],
		known: ['text', 'value', 'buttonType'],
		example: 'a list such as [{"text": "Take it", "value": "taken"}]',
	});
	if (entries.length === 0 || entries.length > BUTTON_LIMITS.buttons) {
		throw new InvalidField(
			'Buttons',
			`has ${entries.length} buttons, but from 1 to ${BUTTON_LIMITS.buttons} are needed`,
		);
	}
	const choices = entries.map((entry, index): Choice => {
		const { text: given, value: named, buttonType = 'default' } = entry;
		const style = parseField(parseButtonType, buttonType, `Button ${index + 1} Style`);
		const label = parseField(parseLabel, textFromForm(given), `Button ${index + 1} Text`);
		return {
			value: isEmpty(named) ? label : readActionValue(named, `Button ${index + 1} Value`),
			text: label,
			buttonType: style,
		};
	});
	const [first, second] = choices;
	if (first !== undefined && first.value === second?.value) {
		throw new InvalidField('Buttons', `has the value ${shown(first.value)} twice`);
	}
	return choices;
}

function readDeadline(limit: unknown, now: number): number | undefined {
	const [values, ...others] = entriesOf(limit, {
		field: 'Limit Wait Time',
		groups: ['values'],
		known: ['limitType', 'resumeAmount', 'resumeUnit', 'maxDateAndTime'],
		example: 'an object such as {"resumeAmount": 2, "resumeUnit": "hours"}',
	});
	if (others.length > 0) {
		throw new InvalidField('Limit Wait Time', `has ${others.length + 1} entries, but takes one`);
	}
	if (values === undefined) return undefined;
	const { limitType = 'afterTimeInterval', resumeAmount = 1, resumeUnit = 'hours' } = values;
	const type = parseField(oneOf(['afterTimeInterval', 'atSpecifiedTime']), limitType, 'Limit Type');
	if (type === 'afterTimeInterval') {
		const amount = wholeNumber({ minimum: 1, maximum: 100_000 });
		const unit = oneOf(keysOf(SECONDS_BY_UNIT));
		return (
			now +
			parseField(amount, resumeAmount, 'Limit Wait Time Amount') *
				SECONDS_BY_UNIT[parseField(unit, resumeUnit, 'Limit Wait Time Unit')] *
				1_000
		);
	}
	const { maxDateAndTime } = values;
	const time = millisecondsOf(maxDateAndTime);
	if (Number.isNaN(time) || time <= now) {
		const problem = Number.isNaN(time) ? 'is not a valid date and time' : 'is in the past';
		throw new InvalidField('Max Date and Time', `${problem}: ${shown(String(maxDateAndTime))}`);
	}
	return time;
}

/** Milliseconds since 1970 of a text, a number, or a date of JavaScript or Luxon; NaN for anything else. */
function millisecondsOf(value: unknown): number {
	if (typeof value === 'string') return value === '' ? NaN : Date.parse(value);
	if (typeof value === 'number') return new Date(value).getTime();
	return typeof value === 'object' && value !== null ? Number(value.valueOf()) : NaN;
}
