import { checkWithAppKeys } from '../../nodes/shared/api/appKeys';
import { resetProcessState } from '../../nodes/shared/primitives/processState';

/** A node with the credential that has this ID. */
const nodeWith = (id: string) => ({ credentials: { feishuTenantApi: { id, name: 'Feishu' } } });

/** A credential that somebody may change, and a node that has it. */
function storedCredential(node: object) {
	const state = { secret: 'first', reads: 0, isGone: false };
	const context = {
		getNode: () => node,
		getCredentials: async () => {
			state.reads++;
			await Promise.resolve();
			if (state.isGone) throw new Error('The credential is gone');
			return { appId: 'cli_a', appSecret: state.secret, accessToken: 't-secret' };
		},
	} as never;
	const isAccepted = async (secret: string) =>
		await checkWithAppKeys(
			context,
			({ appSecret }) => appSecret === secret,
			(result) => result,
		);
	return { state, context, isAccepted };
}

const MINUTE_MS = 60_000;
let nowMs = 1_700_000_000_000;

beforeEach(() => {
	resetProcessState();
	jest.spyOn(Date, 'now').mockImplementation(() => nowMs);
});
afterEach(() => jest.restoreAllMocks());

describe('the keys of a credential', () => {
	it('are read once for many requests, also when these come at once', async () => {
		const { state, isAccepted } = storedCredential(nodeWith('7'));
		const results = await Promise.all([1, 2, 3].map(async () => await isAccepted('first')));
		expect(results).toEqual([true, true, true]);
		expect(await isAccepted('first')).toBe(true);
		expect(state.reads).toBe(1);
	});

	it('are those of now when a request does not fit those of before', async () => {
		const { state, isAccepted } = storedCredential(nodeWith('7'));
		await isAccepted('first');
		state.secret = 'second';
		expect(await isAccepted('second')).toBe(true);
		expect(await isAccepted('first')).toBe(false);
	});

	it('hold for a minute at most after somebody has changed them', async () => {
		const { state, isAccepted } = storedCredential(nodeWith('7'));
		await isAccepted('first');
		state.secret = 'second';
		nowMs += MINUTE_MS - 1;
		expect(await isAccepted('first')).toBe(true);
		nowMs += 1;
		expect(await isAccepted('first')).toBe(false);
	});

	it('are read again after they could not be read', async () => {
		const { state, isAccepted } = storedCredential(nodeWith('7'));
		state.isGone = true;
		await expect(isAccepted('first')).rejects.toThrow('The credential is gone');
		state.isGone = false;
		expect(await isAccepted('first')).toBe(true);
	});

	it('are another credential’s for a node that has another', async () => {
		await storedCredential(nodeWith('7')).isAccepted('first');
		const other = storedCredential(nodeWith('8'));
		expect(await other.isAccepted('first')).toBe(true);
		expect(other.state.reads).toBe(1);
	});

	it.each<[string, object]>([
		['names none', {}],
		['names another kind only', { credentials: { httpBasicAuth: { id: '7', name: 'Other' } } }],
		['gives no ID', { credentials: { feishuTenantApi: { id: undefined, name: 'Feishu' } } }],
		['gives an ID of null', { credentials: { feishuTenantApi: { id: null, name: 'Feishu' } } }],
	])('are read each time when the node %s', async (_, node) => {
		const { state, isAccepted } = storedCredential(node);
		await isAccepted('first');
		await isAccepted('first');
		expect(state.reads).toBe(2);
	});

	it('are kept of 100 credentials, whatever nodes there are without one', async () => {
		const first = storedCredential(nodeWith('0'));
		await first.isAccepted('first');
		for (let id = 1; id < 100; id++) await storedCredential(nodeWith(`${id}`)).isAccepted('first');
		await storedCredential({}).isAccepted('first');
		await first.isAccepted('first');
		expect(first.state.reads).toBe(1);
		await storedCredential(nodeWith('100')).isAccepted('first');
		await first.isAccepted('first');
		expect(first.state.reads).toBe(2);
	});

	it.each([false, '', null, 0])('are good for a check that gives %j', async (result) => {
		const { state, context } = storedCredential(nodeWith('7'));
		expect(await checkWithAppKeys(context, () => result)).toBe(result);
		expect(await checkWithAppKeys(context, () => result)).toBe(result);
		expect(state.reads).toBe(1);
	});

	it('are read again for a check that gives nothing', async () => {
		const { state, context } = storedCredential(nodeWith('7'));
		await checkWithAppKeys(context, () => true);
		expect(await checkWithAppKeys(context, () => undefined)).toBeUndefined();
		expect(state.reads).toBe(2);
	});

	it('are all that is kept of a credential', async () => {
		const { context } = storedCredential(nodeWith('7'));
		const keys = await checkWithAppKeys(
			context,
			(given) => given,
			() => true,
		);
		expect(keys).toEqual({
			appId: 'cli_a',
			appSecret: 'first',
			encryptKey: '',
			verificationToken: '',
		});
	});
});
