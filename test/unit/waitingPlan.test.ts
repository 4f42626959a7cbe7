import { readWaitingPlan } from '../../nodes/FeishuFeed/fields/response';

const NOW = Date.parse('2026-11-22T08:00:00Z');
const HOUR = 3_600_000;

/** What the form holds when only the recipients, title and link are filled in. */
const FORM: Record<string, unknown> = {
	responseType: 'approval',
	approveText: '同意 Approve',
	declineText: '拒绝 Decline',
	answers: {},
	channel: 'callback',
	waitFor: 'first',
	afterwards: 'delete',
	doneText: '✓ {answer} · {person}',
	options: {},
};

const read = (change: Record<string, unknown> = {}) =>
	readWaitingPlan((name) => ({ ...FORM, ...change })[name], NOW);
const limit = (values: object) => ({ options: { limitWaitTime: { values } } });
const buttons = (...answer: object[]) => ({ responseType: 'custom', answers: { answer } });

describe('what is waited for', () => {
	it('is an approval without end, as the form begins', () => {
		expect(read()).toMatchObject({
			isApproval: true,
			choices: [{ value: 'approve' }, { value: 'decline' }],
			deadline: undefined,
		});
	});

	it.each([
		['a card that can only be approved', { declineText: '' }, { choices: [{ value: 'approve' }] }],
		['own buttons', buttons({ text: 'A', value: 'a' }), { choices: [{ text: 'A', value: 'a' }] }],
		['a button without a value', buttons({ text: 'A' }), { choices: [{ value: 'A' }] }],
		['a number as a value', buttons({ text: 'A', value: 3 }), { choices: [{ value: '3' }] }],
		[
			'two hours',
			limit({ limitType: 'afterTimeInterval', resumeAmount: 2, resumeUnit: 'hours' }),
			{ deadline: NOW + 2 * HOUR },
		],
		['the default of a limit', limit({}), { deadline: NOW + HOUR }],
		...[NOW + HOUR, new Date(NOW + HOUR), new Date(NOW + HOUR).toISOString()].map(
			(maxDateAndTime): [string, Record<string, unknown>, object] => [
				`a time as a ${typeof maxDateAndTime}`,
				limit({ limitType: 'atSpecifiedTime', maxDateAndTime }),
				{ deadline: NOW + HOUR },
			],
		),
		[
			'a time',
			limit({ limitType: 'atSpecifiedTime', maxDateAndTime: '2026-11-22T10:00:00Z' }),
			{ deadline: NOW + 2 * HOUR },
		],
	])('is read from the form: %s', (_, change, plan) => {
		expect(read(change)).toMatchObject(plan);
	});

	it.each([
		[{ approveText: '' }, 'Approve Button Text has 0 characters, but at least 1 is required'],
		[{ declineText: '长'.repeat(31) }, /^Decline Button Text has 31 characters, but at most 30/],
		[buttons(), 'Buttons has 0 buttons, but from 1 to 2 are needed'],
		[buttons({ text: 'A' }, { text: 'B' }, { text: 'C' }), /^Buttons has 3 buttons/],
		[buttons({ text: 'A' }, { text: 'B', value: 'A' }), 'Buttons has the value "A" twice'],
		[buttons({ text: 'A', value: { a: 1 } }), 'Button 1 Value must be text, but is an object'],
		[buttons({ text: 'A', buttonType: 'red' }), /^Button 1 Style must be one of/],
		[{ responseType: 'form' }, /^Response Type must be one of/],
		[{ channel: 'mail' }, /^Response Comes Back must be one of/],
		[{ waitFor: 'two' }, /^Wait For must be one of/],
		[{ afterwards: 'keep' }, /^Afterwards must be one of/],
		[{ afterwards: 'update', doneText: '长'.repeat(121) }, /^Text Afterwards has 121 characters/],
		[limit({ resumeAmount: 0 }), /^Limit Wait Time Amount must be from 1/],
		[limit({ resumeAmount: 1.5 }), /^Limit Wait Time Amount must be a whole number/],
		[limit({ resumeUnit: 'years' }), /^Limit Wait Time Unit must be one of/],
		[
			limit({ limitType: 'atSpecifiedTime', maxDateAndTime: '2026-11-22T07:59:59Z' }),
			/^Max Date and Time is in the past/,
		],
		[
			limit({ limitType: 'atSpecifiedTime', maxDateAndTime: 'soon' }),
			/^Max Date and Time is not a valid date and time/,
		],
		...['', null, true].map((maxDateAndTime): [object, RegExp] => [
			limit({ limitType: 'atSpecifiedTime', maxDateAndTime }),
			/^Max Date and Time is not a valid date and time/,
		]),
		[
			{ options: { limitWaitTime: [{ resumeAmount: 1 }, { resumeAmount: 2 }] } },
			/^Limit Wait Time has 2 entries, but takes one/,
		],
		[limit({ limitType: 'atSpecifiedTime' }), /^Max Date and Time is not a valid date and time/],
	])('is refused, with the name of the field: %j', (change, sentence) => {
		expect(() => read(change as Record<string, unknown>)).toThrow(sentence);
	});
});
