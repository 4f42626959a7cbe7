import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import * as lark from '@larksuiteoapi/node-sdk';
import fc from 'fast-check';
import { roots } from 'protobufjs/minimal';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';

import {
	FRAME_METHOD,
	type Frame,
	decodeFrame,
	encodeFrame,
	headerOf,
} from '../../nodes/FeishuFeedTrigger/longConnection/frames';
import { collectGarbage } from '../helpers/unit/garbageCollection';

/** The official SDK's own codec, which it registers with protobufjs when it is loaded. */
const sdkCodec = (
	roots.default as unknown as {
		pbbp2: {
			Frame: {
				encode: (frame: object) => { finish: () => Uint8Array };
				decode: (bytes: Uint8Array) => SdkFrame;
				toObject: (frame: SdkFrame) => SdkFrame;
			};
		};
	}
).pbbp2.Frame;

/** The SDK reads 64 bits as a number, rounded; it writes exactly what is given as two halves. */
type SdkFrame = Omit<Frame, 'SeqID' | 'LogID'> & { SeqID: number; LogID: number };

const halves = (value: bigint) => ({
	low: Number(BigInt.asIntN(32, value)),
	high: Number(BigInt.asIntN(32, value >> 32n)),
});

const writtenBySdk = (frame: Frame): Uint8Array =>
	sdkCodec.encode({ ...frame, SeqID: halves(frame.SeqID), LogID: halves(frame.LogID) }).finish();

const readBySdk = (bytes: Uint8Array): SdkFrame =>
	sdkCodec.toObject(sdkCodec.decode(Buffer.from(bytes)));

/** In the SDK's precision, with bytes that compare by their content; the SDK leaves out no headers. */
const comparable = (frame: Frame | SdkFrame): object => ({
	...frame,
	SeqID: Number(frame.SeqID),
	LogID: Number(frame.LogID),
	headers: (frame.headers ?? []).map(({ key, value }) => ({ key, value })),
	...(frame.payload && { payload: Buffer.from(frame.payload).toString('hex') }),
});

const exact = (frame: Frame | undefined): unknown =>
	frame && { ...comparable(frame), SeqID: frame.SeqID, LogID: frame.LogID };

const text = (maxLength = 40) => fc.string({ unit: 'binary', maxLength });
const uint64 = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.constantFrom(0n, 1n));
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

const anyFrame: fc.Arbitrary<Frame> = fc.record(
	{
		SeqID: uint64,
		LogID: uint64,
		service: int32,
		method: fc.oneof(fc.constantFrom(0, 1), int32),
		headers: fc.array(fc.record({ key: text(), value: text(200) }), { maxLength: 12 }),
		payloadEncoding: text(),
		payloadType: text(),
		payload: fc.uint8Array({ maxLength: 2_000 }),
		LogIDNew: text(),
	},
	{ requiredKeys: ['SeqID', 'LogID', 'service', 'method', 'headers'] },
);

describe('the frame codec and the official SDK', () => {
	it('write the same bytes', () => {
		fc.assert(
			fc.property(anyFrame, (frame) => {
				expect(Buffer.compare(encodeFrame(frame), writtenBySdk(frame))).toBe(0);
			}),
			{ numRuns: 2_000 },
		);
	});

	it('read what the other has written', () => {
		fc.assert(
			fc.property(anyFrame, (frame) => {
				expect(exact(decodeFrame(writtenBySdk(frame)))).toEqual(exact(frame));
				expect(comparable(readBySdk(encodeFrame(frame)))).toEqual(comparable(frame));
			}),
			{ numRuns: 2_000 },
		);
	});

	it('agree on every mutated frame that the codec takes', () => {
		const taken = { whole: 0, refused: 0 };
		fc.assert(
			fc.property(mutatedFrame(), (bytes) => {
				const frame = decodeFrame(bytes);
				taken[frame ? 'whole' : 'refused']++;
				if (frame) expect(comparable(frame)).toEqual(comparable(readBySdk(bytes)));
			}),
			{ numRuns: 12_000 },
		);
		// Otherwise the mutations are too rough or too mild to prove anything.
		expect(taken.whole).toBeGreaterThan(500);
		expect(taken.refused).toBeGreaterThan(500);
	});

	it('read 64 bits, negative numbers, and frames without a payload', () => {
		const frame: Frame = {
			SeqID: 2n ** 64n - 1n,
			LogID: 2n ** 53n + 1n,
			service: -1,
			method: 0,
			headers: [],
		};
		expect(decodeFrame(writtenBySdk(frame))).toEqual(frame);
	});

	it('skip fields that they do not know', () => {
		const frame: Frame = {
			SeqID: 1n,
			LogID: 2n,
			service: 3,
			method: 1,
			headers: [],
			payload: Buffer.from('x'),
		};
		const bytes = Buffer.concat([
			Buffer.from([15 << 3, 0x96, 0x01]),
			encodeFrame(frame),
			Buffer.from([(10 << 3) | 1, 1, 2, 3, 4, 5, 6, 7, 8]),
			Buffer.from([(11 << 3) | 2, 2, 0xff, 0xff]),
			Buffer.from([(12 << 3) | 5, 1, 2, 3, 4]),
		]);
		expect(exact(decodeFrame(bytes))).toEqual(exact(frame));
		expect(comparable(readBySdk(bytes))).toEqual(comparable(frame));
	});
});

/** A frame with bytes changed, left out, doubled, inserted or cut off. */
function mutatedFrame(): fc.Arbitrary<Uint8Array> {
	const position = fc.integer({ min: 0, max: 999 }).map((part) => part / 1_000);
	const byte = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0x00, 0x7f, 0x80, 0xff));
	const mutation = fc.record({
		kind: fc.constantFrom('change', 'flip', 'leaveOut', 'insert', 'double', 'cut'),
		position,
		byte,
		length: fc.integer({ min: 1, max: 12 }),
	});
	return fc
		.tuple(anyFrame, fc.array(mutation, { minLength: 1, maxLength: 4 }))
		.map(([frame, mutations]) => {
			let bytes = [...encodeFrame(frame)];
			for (const { kind, position: part, byte: value, length } of mutations) {
				const at = Math.floor(part * bytes.length);
				if (kind === 'change') bytes[at] = value;
				else if (kind === 'flip') bytes[at] ^= 1 << value % 8;
				else if (kind === 'leaveOut') bytes.splice(at, length);
				else if (kind === 'insert') bytes.splice(at, 0, ...Array<number>(length).fill(value));
				else if (kind === 'double') bytes.splice(at, 0, ...bytes.slice(at, at + length));
				else bytes = bytes.slice(0, at);
			}
			return Uint8Array.from(bytes.map((one) => one ?? 0));
		});
}

describe('bytes that are no frame', () => {
	const required = encodeFrame({ SeqID: 0n, LogID: 0n, service: 0, method: 0, headers: [] });
	const withField = (...bytes: number[]) => Buffer.concat([required, Buffer.from(bytes)]);

	it.each<[string, Uint8Array]>([
		['nothing', Buffer.alloc(0)],
		['a frame without its method', required.subarray(0, 6)],
		['a frame that is cut off', withField(0x42, 0x05, 0x01)],
		['a length beyond the end', withField(0x42, 0xff, 0xff, 0xff, 0xff, 0x0f)],
		['a length of more than 32 bits', withField(0x42, 0x80, 0x80, 0x80, 0x80, 0x10)],
		['a number of more than 64 bits', withField(0x08, ...Array<number>(9).fill(0xff), 0x02)],
		['a number without an end', withField(0x08, ...Array<number>(10).fill(0x80), 0x00)],
		[
			'a header that reaches beyond its own end',
			withField(0x2a, 0x04, 0x0a, 0x05, 0x61, 0x12, 0x00),
		],
		['a header without a value', withField(0x2a, 0x03, 0x0a, 0x01, 0x61)],
		['a number where a text belongs', withField(0x30, 0x00)],
		['a text where a number belongs', withField(0x0a, 0x00)],
		['the field number 0', withField(0x00, 0x00)],
		['a field number of more than 32 bits', withField(0x88, 0x80, 0x80, 0x80, 0x10, 0x01)],
		['a group', withField(0x53, 0x54)],
		['an unknown wire type', withField(0x57)],
		[
			'more than 4 MiB',
			Buffer.concat([withField(0x42, 0x80, 0x80, 0x80, 0x02), Buffer.alloc(4 << 20)]),
		],
	])('%s is refused', (_, bytes) => {
		expect(decodeFrame(required)).toBeDefined();
		expect(decodeFrame(bytes)).toBeUndefined();
	});

	it('are refused or read in no time and without taking memory: 12,000 random ones', () => {
		collectGarbage();
		const before = process.memoryUsage();
		let longest = 0;
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
				const start = performance.now();
				decodeFrame(bytes);
				longest = Math.max(longest, performance.now() - start);
			}),
			{ numRuns: 12_000 },
		);
		collectGarbage();
		const after = process.memoryUsage();
		expect(after.heapUsed - before.heapUsed).toBeLessThan(32e6);
		expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(8e6);
		expect(longest).toBeLessThan(1_000);
	});

	const filled = (bytes: number[]) =>
		Buffer.alloc(4 * 1024 * 1024 - required.length, Buffer.from(bytes));

	it.each<[string, number[]]>([
		['numbers that go on and on', [0x80]],
		['headers without content', [0x2a, 0x04, 0x0a, 0x00, 0x12, 0x00]],
		['header lengths that promise gigabytes', [0x2a, 0xff, 0xff, 0xff, 0xff, 0x0f]],
		['groups in groups', [0x53]],
		['unknown fields without content', [0x52, 0x00]],
		['the same field again and again', [0x08, 0x01]],
	])('4 MiB of %s are refused at once', (_, pattern) => {
		const bytes = Buffer.concat([required, filled(pattern)]);
		const start = performance.now();
		expect(decodeFrame(bytes)).toBeUndefined();
		expect(performance.now() - start).toBeLessThan(1_000);
	});

	it('the most fields that are read take little time, in the frame and in each header', () => {
		const unknown = Buffer.from(Array<number[]>(198).fill([0x52, 0x00]).flat());
		const header = Buffer.concat([Buffer.from([0x0a, 0x01, 0x61, 0x12, 0x00]), unknown]);
		const headers = Buffer.concat(
			Array<Buffer>(196).fill(Buffer.concat([Buffer.from([0x2a, 0x91, 0x03]), header])),
		);
		const bytes = Buffer.concat([required, headers]);
		const start = performance.now();
		expect(decodeFrame(bytes)?.headers).toEqual(Array(196).fill({ key: 'a', value: '' }));
		expect(performance.now() - start).toBeLessThan(1_000);
		expect(decodeFrame(Buffer.concat([bytes, Buffer.from([0x52, 0x00])]))).toBeUndefined();
	});
});

describe("the official SDK's WSClient", () => {
	const quiet = () => {};
	const SILENT = { error: quiet, warn: quiet, info: quiet, debug: quiet, trace: quiet };

	it('understands our frames, whole and split, and its own are understood', async () => {
		const server = new WebSocketServer({ port: 0 });
		await once(server, 'listening');
		const { port } = server.address() as AddressInfo;
		const received: unknown[] = [];
		const client = new lark.WSClient({
			appId: 'cli_0123456789abcdef',
			appSecret: 'secret',
			logger: SILENT,
			httpInstance: {
				request: async () => ({
					code: 0,
					data: {
						URL: `ws://localhost:${port}/?device_id=d&service_id=7`,
						ClientConfig: {
							PingInterval: 60,
							ReconnectCount: 0,
							ReconnectInterval: 60,
							ReconnectNonce: 0,
						},
					},
				}),
			} as unknown as lark.HttpInstance,
		});
		const dispatcher = new lark.EventDispatcher({ logger: SILENT }).register({
			'card.action.trigger': async (event: unknown) => {
				received.push(event);
				return { toast: { type: 'success', content: '好的' } };
			},
		});
		const connection = once(server, 'connection') as Promise<[WebSocket]>;
		await client.start({ eventDispatcher: dispatcher });
		const [socket] = await connection;
		const next = framesOf(socket);
		try {
			const ping = await next();
			expect(ping).toEqual({
				SeqID: 0n,
				LogID: 0n,
				service: 7,
				method: FRAME_METHOD.control,
				headers: [{ key: 'type', value: 'ping' }],
			});

			const body = Buffer.from(
				JSON.stringify({
					schema: '2.0',
					header: { event_type: 'card.action.trigger', event_id: 'e' },
					event: { action: { value: { name: '打卡 ⏰' } } },
				}),
			);
			for (const [sum, messageId] of [
				[1, 'whole'],
				[3, 'split'],
			] as const) {
				const size = Math.ceil(body.length / sum);
				const frames = Array.from(
					{ length: sum },
					(_, seq): Frame => ({
						SeqID: BigInt(seq),
						LogID: 2n ** 40n,
						service: 7,
						method: FRAME_METHOD.data,
						headers: [
							{ key: 'type', value: 'event' },
							{ key: 'message_id', value: messageId },
							{ key: 'sum', value: String(sum) },
							{ key: 'seq', value: String(seq) },
						],
						payload: body.subarray(seq * size, (seq + 1) * size),
						LogIDNew: 'log',
					}),
				);
				for (const frame of frames) socket.send(encodeFrame(frame));
				const answer = await next();
				expect(answer).toMatchObject({ SeqID: BigInt(sum - 1), LogID: 2n ** 40n, LogIDNew: 'log' });
				expect(headerOf(answer, 'message_id')).toBe(messageId);
				expect(headerOf(answer, 'biz_rt')).toMatch(/^-?\d+$/);
				const { code, data } = JSON.parse(Buffer.from(answer.payload!).toString()) as Record<
					string,
					string
				>;
				expect(code).toBe(200);
				expect(JSON.parse(Buffer.from(data, 'base64').toString())).toEqual({
					toast: { type: 'success', content: '好的' },
				});
			}
			expect(received).toHaveLength(2);
			expect(received).toEqual(
				Array(2).fill(expect.objectContaining({ action: { value: { name: '打卡 ⏰' } } })),
			);
		} finally {
			client.close({ force: true });
			for (const open of server.clients) open.terminate();
			await new Promise((resolve) => server.close(resolve));
		}
	});

	/** Gives one frame after the other, each of which must be one. */
	function framesOf(socket: WebSocket): () => Promise<Frame> {
		const arrived: Frame[] = [];
		const waiting: Array<(frame: Frame) => void> = [];
		socket.on('message', (bytes: Buffer) => {
			const frame = decodeFrame(bytes);
			if (frame === undefined) throw new Error(`No frame: ${bytes.toString('hex')}`);
			const resolve = waiting.shift();
			if (resolve) resolve(frame);
			else arrived.push(frame);
		});
		return async () =>
			arrived.shift() ?? (await new Promise<Frame>((resolve) => waiting.push(resolve)));
	}
});
