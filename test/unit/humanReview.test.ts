import { readReviewedCall } from '../../nodes/FeishuFeed/execution/humanReview';

const read = (message: unknown, json: object) =>
	readReviewedCall({ getInputData: () => [{ json }] } as never, () => message, 0).text;
const input = { order: '42', note: 'a $& b' };
const inFull = JSON.stringify(input, null, 2);

describe('what a page shows of a tool call', () => {
	it.each([
		[
			'n8n’s own message, which cannot show the input',
			'Run refund\n\nInput:\n[object Object]',
			`Run refund\n\nInput:\n${inFull}`,
		],
		['a message of the user’s', 'May I?', `May I?\n\n${inFull}`],
		['no message', '', inFull],
		['a message that an expression does not give', undefined, inFull],
	])('has the whole input: %s', (_, message, text) => {
		expect(read(message, { toolParameters: input, tool: 'refund' })).toBe(text);
	});

	it('has no input of a tool that takes none', () => {
		expect(read('May I?', {})).toBe('May I?\n\n{}');
	});
});
