import {
	type FeishuSandbox,
	FeishuSandboxClient,
	startFeishuSandbox,
} from '../../sandbox/feishu/src';
import type { FaultOptions, OperationName } from '../../sandbox/feishu/src/client';
import { type Answer, FeishuCaller } from '../helpers/sandbox/FeishuCaller';

let sandbox: FeishuSandbox;
let control: FeishuSandboxClient;
let feishu: FeishuCaller;
let chat_id: string;

beforeAll(async () => {
	sandbox = await startFeishuSandbox({ people: 10, rateLimiting: { enabled: false } });
	control = new FeishuSandboxClient(sandbox.url);
	chat_id = (await control.company())[0].groups[0].chat_id;
});
afterAll(() => sandbox.close());
beforeEach(async () => {
	await control.reset();
	feishu = new FeishuCaller(sandbox.url);
});

const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

async function upload(): Promise<Answer> {
	const boundary = 'x'.repeat(24);
	const body = [
		`--${boundary}\r\nContent-Disposition: form-data; name="image_type"\r\n\r\navatar\r\n`,
		`--${boundary}\r\nContent-Disposition: form-data; name="image"; filename="a.gif"\r\n`,
		`Content-Type: image/gif\r\n\r\n${GIF.toString('latin1')}\r\n--${boundary}--\r\n`,
	].join('');
	const response = await fetch(`${sandbox.url}/open-apis/im/v1/images`, {
		method: 'POST',
		headers: {
			authorization: `Bearer ${await feishu.tenantAccessToken()}`,
			'content-type': `multipart/form-data; boundary=${boundary}`,
		},
		body: Buffer.from(body, 'latin1'),
	});
	const text = await response.text();
	const parsed = text.startsWith('{') ? JSON.parse(text) : { code: NaN };
	return { ...parsed, status: response.status, headers: response.headers, text };
}

const get = (path: string) => () => feishu.call('GET', `/open-apis${path}`);
const post = (path: string, body: object) => () =>
	feishu.call('POST', `/open-apis${path}`, { body });

/** A good call of each endpoint that finds people, chats and departments, or takes images. */
const CALLS: Array<[OperationName, () => Promise<Answer>]> = [
	['user.batchGetId', post('/contact/v3/users/batch_get_id', { emails: ['a@example.com'] })],
	['user.findByDepartment', get('/contact/v3/users/find_by_department?department_id=0')],
	['department.children', get('/contact/v3/departments/0/children')],
	['department.get', get('/contact/v3/departments/0')],
	['chat.list', get('/im/v1/chats')],
	['chat.search', get('/im/v1/chats/search?query=a')],
	['chat.searchV2', post('/im/v2/chats/search', { query: 'a' })],
	['chatMembers.get', () => get(`/im/v1/chats/${chat_id}/members`)()],
	['image.create', upload],
];

/** What the caller sees of a fault: status and code, or that there is no whole answer. */
const FAULTS: Array<[FaultOptions, string]> = [
	[{ kind: 'tokenExpired' }, '400 99991663'],
	[{ kind: 'tooManyRequests' }, '429 99991400'],
	[{ kind: 'tooManyRequestsAs400' }, '400 99991400'],
	[{ kind: 'serverError' }, '500 2200'],
	[{ kind: 'badGateway' }, '502 NaN'],
	[{ kind: 'notJson' }, '200 NaN'],
	[{ kind: 'missingScope' }, '400 99991672'],
	[{ kind: 'errorCode', status: 400, code: 40003, msg: 'internal error' }, '400 40003'],
	[{ kind: 'gatewayCode', code: 1503 }, '500 1503'],
	[{ kind: 'dropped' }, 'lost'],
	[{ kind: 'cutOff' }, 'lost'],
	[{ kind: 'silence', seconds: 0.01, handled: false }, 'lost'],
	[{ kind: 'delay', seconds: 0.01 }, '200 0'],
];

describe.each(CALLS)('%s', (operation, call) => {
	it.each(FAULTS)('meets %j', async (fault, expected) => {
		await control.addFault({ ...fault, operation, times: 1 });
		const seen = await call().then(
			({ status, code }) => `${status} ${code}`,
			() => 'lost',
		);
		expect(seen).toBe(expected);
		expect(await control.faults()).toMatchObject([{ kind: fault.kind, done: 1 }]);
		if (fault.kind === 'tokenExpired') feishu = new FeishuCaller(sandbox.url);
		expect(await call()).toMatchObject({ status: 200, code: 0 });
		const requests = await control.requests({ operation });
		expect(requests).toHaveLength(2);
		if (fault.kind !== 'delay') expect(requests[0].fault).toBe(fault.kind);
	});

	it('has a limit of 50 in a second', async () => {
		await control.addFault({ kind: 'tooManyRequests', operation, times: 1 });
		expect((await call()).headers.get('x-ogw-ratelimit-limit')).toBe('50');
	});
});
