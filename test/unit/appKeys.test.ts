import { checkWithAppKeys } from '../../nodes/shared/api/appKeys';
import { resetProcessState } from '../../nodes/shared/primitives/processState';

/** A credential that somebody may change, and a node that has it. */
function storedCredential(id: string | undefined) {
	const state = { secret: 'first', reads: 0, isGone: false };
	const context = {
		getNode: () => ({ credentials: { feishuTenantApi: { id, name: 'Feishu' } } }),
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
		const { state, isAccepted } = storedCredential('7');
		const results = await Promise.all([1, 2, 3].map(async () => await isAccepted('first')));
		expect(results).toEqual([true, true, true]);
		expect(await isAccepted('first')).toBe(true);
		expect(state.reads).toBe(1);
	});

	it('are those of now when a request does not fit those of before', async () => {
		const { state, isAccepted } = storedCredential('7');
		await isAccepted('first');
		state.secret = 'second';
		expect(await isAccepted('second')).toBe(true);
		expect(await isAccepted('first')).toBe(false);
	});

	it('hold for a minute at most after somebody has changed them', async () => {
		const { state, isAccepted } = storedCredential('7');
		await isAccepted('first');
		state.secret = 'second';
		nowMs += MINUTE_MS - 1;
		expect(await isAccepted('first')).toBe(true);
		nowMs += 1;
		expect(await isAccepted('first')).toBe(false);
	});

	it('are read again after they could not be read', async () => {
		const { state, isAccepted } = storedCredential('7');
		state.isGone = true;
		await expect(isAccepted('first')).rejects.toThrow('The credential is gone');
		state.isGone = false;
		expect(await isAccepted('first')).toBe(true);
	});

	it('are another credential’s for a node that has another', async () => {
		await storedCredential('7').isAccepted('first');
		const other = storedCredential('8');
		expect(await other.isAccepted('first')).toBe(true);
		expect(other.state.reads).toBe(1);
	});

	it('are read each time when n8n does not say which credential it is', async () => {
		const { state, isAccepted } = storedCredential(undefined);
		await isAccepted('first');
		await isAccepted('first');
		expect(state.reads).toBe(2);
	});

	it('are all that is kept of a credential', async () => {
		const { context } = storedCredential('7');
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
