import fc from 'fast-check';
import { createHmac } from 'node:crypto';

import { acquireResponseLock } from '../../nodes/FeishuFeedWait/responseLock';
import {
	findResumeValues,
	readResumeRequest,
	readResumeResponse,
	readResumeTarget,
	resumeValues,
	resumeRequestFor,
} from '../../nodes/shared/sendAndWait/resumeToken';

const SECRET = 'the secret of the app';
const PATH = '/webhook-waiting/7/node?card=0&choice=1&signature=abc';
const URL = `https://n8n.example.com${PATH}`;
const CARD = { bizId: 'leave-1', afterwards: 'delete' as const };
const operator = { open_id: 'ou_a', union_id: 'on_a' };

describe('a button that wakes an execution', () => {
	it('gives back the address that it was made with', () => {
		expect(readResumeTarget(resumeValues(URL, CARD, SECRET), SECRET)).toEqual({
			url: URL,
			card: CARD,
		});
	});

	it('is none when another app, or nobody, has made it', () => {
		const values = resumeValues(URL, CARD, SECRET);
		expect(readResumeTarget(values, 'another secret')).toBeUndefined();
		for (const change of [
			{ n8n_resume_url: `${URL}0` },
			{ n8n_resume_url: { not: 'a text' } },
			{ biz_id: 'another card' },
			{ biz_id: undefined },
			{ n8n_resume_afterwards: 'update' },
			{ n8n_resume_proof: undefined },
		]) {
			expect(readResumeTarget({ ...values, ...change }, SECRET)).toBeUndefined();
		}
		expect(readResumeTarget({ action: 'clock_in' }, SECRET)).toBeUndefined();
	});

	it('of version 0.1, which does not name its card, still wakes it', () => {
		const proof = createHmac('sha256', SECRET)
			.update(JSON.stringify(['button', URL]))
			.digest('hex');
		const values = { n8n_resume_url: URL, n8n_resume_proof: proof };
		expect(readResumeTarget(values, SECRET)).toEqual({ url: URL });
	});

	it.each([
		['as an object', (values: object) => ({ event: { action: { value: values } } })],
		['as a text', (values: object) => ({ event: { action: { value: JSON.stringify(values) } } })],
		['beside other values', (values: object) => ({ action: { value: {} }, action_map: values })],
		['in a list', (values: object) => ({ event: { actions: [1, values] } })],
	])('is found wherever an event has its values, %s', (_, eventOf) => {
		const values = resumeValues(URL, CARD, SECRET);
		expect(findResumeValues(eventOf(values))).toEqual(values);
		expect(findResumeValues(eventOf({ said: 'n8n_resume_url' }))).toBeUndefined();
	});
});

describe('what wakes it', () => {
	it('names who pressed, whatever the address of n8n from outside', () => {
		const sent: unknown = JSON.parse(JSON.stringify(resumeRequestFor(URL, operator, SECRET)));
		expect(readResumeRequest(sent, PATH, SECRET)).toEqual(operator);
	});

	it('is refused for another person, another button, or without the secret', () => {
		const sent = resumeRequestFor(URL, operator, SECRET);
		const other = { ...sent, operator: { ...operator, open_id: 'ou_b' } };
		expect(readResumeRequest(other, PATH, SECRET)).toBeUndefined();
		expect(readResumeRequest(sent, PATH.replace('abc', 'abd'), SECRET)).toBeUndefined();
		expect(readResumeRequest(sent, PATH, 'another secret')).toBeUndefined();
	});

	it('is never taken from what somebody makes up', () => {
		fc.assert(
			fc.property(
				fc.oneof(
					fc.anything(),
					fc.record({ operator: fc.anything(), proof: fc.anything() }),
					fc.record({ operator: fc.constant(operator), proof: fc.string() }),
				),
				(body) => readResumeRequest(body, PATH, SECRET) === undefined,
			),
			{ numRuns: 1_000 },
		);
	});
});

describe('what comes back', () => {
	it.each<[unknown, object]>([
		...['recorded', 'closed', 'notRecipient', 'unidentified'].map((status): [unknown, object] => [
			{ status },
			{ status },
		]),
		[
			{ status: 'recorded', text: '同意', userIdType: 'user_id' },
			{ status: 'recorded', text: '同意', userIdType: 'user_id' },
		],
		[{ status: 'ok', text: 7, userIdType: 'email' }, {}],
		[
			{ userIdType: 'union_id', text: '' },
			{ userIdType: 'union_id', text: '' },
		],
		['recorded', {}],
		[undefined, {}],
	])('is read as far as it is known: %j', (body, read) => {
		expect(readResumeResponse(body)).toEqual(read);
	});
});

describe('responses that come at once', () => {
	it('go through one at a time, until the first can no longer be on its way', () => {
		expect(acquireResponseLock('execution 7, 0 responses', 0)).toBe(true);
		expect(acquireResponseLock('execution 7, 0 responses', 5_000)).toBe(false);
		expect(acquireResponseLock('execution 7, 1 response', 5_000)).toBe(true);
		expect(acquireResponseLock('execution 8, 0 responses', 5_000)).toBe(true);
		expect(acquireResponseLock('execution 7, 0 responses', 20_000)).toBe(true);
	});
});
