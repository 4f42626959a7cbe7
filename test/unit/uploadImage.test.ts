import type { Failure } from '../../nodes/shared/api/failures';
import type { ApiResponse } from '../../nodes/shared/api/responses';
import type { PacedRequest } from '../../nodes/shared/delivery/callWithRetries';
import { uploadImage, uploadOnce } from '../../nodes/shared/delivery/uploadImage';
import type { Image, ImageType } from '../../nodes/shared/delivery/uploadImage';
import { resetProcessState } from '../../nodes/shared/primitives/processState';

const HOUR_MS = 60 * 60_000;
const BYTES = Buffer.from('a picture');
const image = (hash = 'h'): Image => ({
	kind: { name: 'PNG', mediaType: 'image/png', extension: 'png', matches: () => true },
	hash,
	load: async () => BYTES,
});

/** A Feishu that answers each upload in this way, or gives the next key. */
function feishu(answer?: ApiResponse) {
	const calls: PacedRequest[] = [];
	const call = async (request: PacedRequest): Promise<ApiResponse> => {
		const count = calls.push(request);
		return answer ?? { data: { image_key: `key ${count}` } };
	};
	return { calls, call };
}

beforeEach(() => {
	resetProcessState();
	jest.useFakeTimers({ now: 0 });
});
afterEach(() => void jest.useRealTimers());

describe('an upload', () => {
	it('sends the bytes as a form, named after what they are', async () => {
		const { calls, call } = feishu();
		expect(await uploadImage(call, image(), 'avatar')).toEqual({ imageKey: 'key 1' });
		expect(calls).toEqual([
			{
				method: 'POST',
				path: '/open-apis/im/v1/images',
				rateLimits: [
					{ calls: 50, seconds: 1 },
					{ calls: 1000, seconds: 60 },
				],
				scopes: ['im:resource:upload', 'im:resource'],
				form: {
					image_type: 'avatar',
					image: { name: 'image.png', mediaType: 'image/png', bytes: BYTES },
				},
			},
		]);
	});

	it('that fails gives the failure', async () => {
		const failure: Failure = { kind: 'refused', reason: 'no' };
		expect(await uploadImage(feishu({ failure }).call, image(), 'avatar')).toEqual({ failure });
	});

	it.each([undefined, '', null])('that brings no key is a failure: %p', async (image_key) => {
		const answer = { data: { image_key }, logId: 'log' };
		const { failure } = await uploadImage(feishu(answer).call, image(), 'avatar');
		expect(failure).toMatchObject({ kind: 'refused', logId: 'log' });
	});

	it('of a file that n8n has cleared away makes no call', async () => {
		const { calls, call } = feishu();
		const gone = { ...image(), load: async () => await Promise.reject(new Error('no file')) };
		const { failure } = await uploadImage(call, gone, 'avatar');
		expect(failure).toMatchObject({ kind: 'refused' });
		expect(calls).toEqual([]);
	});
});

describe('a picture that was uploaded', () => {
	it('is not uploaded again within the hour', async () => {
		const { calls, call } = feishu();
		const first = await uploadOnce(call, 'app', image(), 'avatar');
		jest.setSystemTime(HOUR_MS - 1);
		expect(await uploadOnce(call, 'app', image(), 'avatar')).toEqual(first);
		expect(calls).toHaveLength(1);
		jest.setSystemTime(HOUR_MS + 1);
		expect(await uploadOnce(call, 'app', image(), 'avatar')).toEqual({ imageKey: 'key 2' });
	});

	it.each<[string, string, Image, ImageType]>([
		['app', 'other', image(), 'avatar'],
		['content', 'app', image('other'), 'avatar'],
		['purpose', 'app', image(), 'message'],
	])('is uploaded for another %s', async (_, scope, other, imageType) => {
		const { call } = feishu();
		await uploadOnce(call, 'app', image(), 'avatar');
		expect(await uploadOnce(call, scope, other, imageType)).toEqual({ imageKey: 'key 2' });
	});

	it('without success is uploaded again', async () => {
		const failure: Failure = { kind: 'refused', reason: 'no' };
		await uploadOnce(feishu({ failure }).call, 'app', image(), 'avatar');
		const { calls, call } = feishu();
		expect(await uploadOnce(call, 'app', image(), 'avatar')).toEqual({ imageKey: 'key 1' });
		expect(calls).toHaveLength(1);
	});
});
