import fc from 'fast-check';

import { acquireResponseLock } from '../../nodes/FeishuFeedWait/responseLock';
import {
	readResumeUrl,
	readResumeRequest,
	resumeValues,
	resumeRequestFor,
} from '../../nodes/shared/sendAndWait/resumeToken';

const SECRET = 'the secret of the app';
const PATH = '/webhook-waiting/7/node?card=0&choice=1&signature=abc';
const URL = `https://n8n.example.com${PATH}`;
const operator = { open_id: 'ou_a', union_id: 'on_a' };

describe('a button that wakes an execution', () => {
	it('gives back the address that it was made with', () => {
		expect(readResumeUrl(resumeValues(URL, SECRET), SECRET)).toBe(URL);
	});

	it('is none when another app, or nobody, has made it', () => {
		const values = resumeValues(URL, SECRET);
		expect(readResumeUrl(values, 'another secret')).toBeUndefined();
		expect(readResumeUrl({ ...values, n8n_resume_url: `${URL}0` }, SECRET)).toBeUndefined();
		expect(readResumeUrl({ n8n_resume_url: URL }, SECRET)).toBeUndefined();
		expect(readResumeUrl({ action: 'clock_in' }, SECRET)).toBeUndefined();
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

describe('responses that come at once', () => {
	it('go through one at a time, until the first can no longer be on its way', () => {
		expect(acquireResponseLock('execution 7, 0 responses', 0)).toBe(true);
		expect(acquireResponseLock('execution 7, 0 responses', 5_000)).toBe(false);
		expect(acquireResponseLock('execution 7, 1 response', 5_000)).toBe(true);
		expect(acquireResponseLock('execution 8, 0 responses', 5_000)).toBe(true);
		expect(acquireResponseLock('execution 7, 0 responses', 20_000)).toBe(true);
	});
});
