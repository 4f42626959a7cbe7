/** A header of a frame. */
export interface FrameHeader {
	key: string;
	value: string;
}

/**
 * One message of the long connection, with Feishu's own names.
 * Feishu: long connection (长连接), the protobuf message `pbbp2.Frame` of the official SDK.
 */
export interface Frame {
	/** 64 bits, unsigned, as is LogID. */
	SeqID: bigint;
	LogID: bigint;
	/** 32 bits, signed, as is method. */
	service: number;
	/** See FRAME_METHOD. */
	method: number;
	headers: FrameHeader[];
	payloadEncoding?: string;
	payloadType?: string;
	payload?: Uint8Array;
	LogIDNew?: string;
}

/** What a frame is for: keeping the connection alive, or an event. */
export const FRAME_METHOD = { control: 0, data: 1 } as const;

/** The longest frame that is read; Feishu splits what is far shorter. */
const MAX_FRAME_BYTES = 4 * 1024 * 1024;
/** The most fields of a message that is read, be it a frame or a header; Feishu sends about ten. */
const MAX_FIELDS = 200;

/** protobuf's fields, by their numbers. */
const FRAME_FIELD = {
	SeqID: 1,
	LogID: 2,
	service: 3,
	method: 4,
	headers: 5,
	payloadEncoding: 6,
	payloadType: 7,
	payload: 8,
	LogIDNew: 9,
} as const;
const HEADER_FIELD = { key: 1, value: 2 } as const;

/** How the content of a field is written. */
const WIRE_TYPE = { varint: 0, fixed64: 1, lengthDelimited: 2, fixed32: 5 } as const;

/** The value of a frame's header, if it has one of this key. */
export function headerOf({ headers }: Frame, key: string): string | undefined {
	return headers.find((header) => header.key === key)?.value;
}

/** Writes a frame, byte for byte as the official SDK does. */
export function encodeFrame(frame: Frame): Uint8Array {
	const { payloadEncoding, payloadType, payload, LogIDNew } = frame;
	return Buffer.concat([
		numberField(FRAME_FIELD.SeqID, frame.SeqID),
		numberField(FRAME_FIELD.LogID, frame.LogID),
		numberField(FRAME_FIELD.service, BigInt(frame.service)),
		numberField(FRAME_FIELD.method, BigInt(frame.method)),
		...frame.headers.map(({ key, value }) =>
			bytesField(
				FRAME_FIELD.headers,
				Buffer.concat([textField(HEADER_FIELD.key, key), textField(HEADER_FIELD.value, value)]),
			),
		),
		textField(FRAME_FIELD.payloadEncoding, payloadEncoding),
		textField(FRAME_FIELD.payloadType, payloadType),
		bytesField(FRAME_FIELD.payload, payload),
		textField(FRAME_FIELD.LogIDNew, LogIDNew),
	]);
}

function numberField(field: number, value: bigint): Uint8Array {
	return Buffer.from([...varint(BigInt(field * 8 + WIRE_TYPE.varint)), ...varint(value)]);
}

function textField(field: number, text: string | undefined): Uint8Array {
	return bytesField(field, text === undefined ? undefined : Buffer.from(text, 'utf8'));
}

function bytesField(field: number, bytes: Uint8Array | undefined): Uint8Array {
	if (bytes === undefined) return Buffer.alloc(0);
	const tag = varint(BigInt(field * 8 + WIRE_TYPE.lengthDelimited));
	return Buffer.concat([Buffer.from([...tag, ...varint(BigInt(bytes.length))]), bytes]);
}

/** Seven bits a byte, the lowest first; a negative number takes all of its 64 bits. */
function varint(value: bigint): number[] {
	const bytes: number[] = [];
	let rest = BigInt.asUintN(64, value);
	for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
	return [...bytes, Number(rest)];
}

/**
 * Reads a frame. Fields that are not known are skipped.
 *
 * @returns nothing for what is malformed, longer than 4 MiB or has more than 200 fields
 */
export function decodeFrame(bytes: Uint8Array): Frame | undefined {
	if (bytes.length > MAX_FRAME_BYTES) return undefined;
	try {
		return readFrame(
			new FieldReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)),
		);
	} catch {
		// The bytes are the other side's, and all there is to know is that they are no frame.
		return undefined;
	}
}

function readFrame(reader: FieldReader): Frame {
	const frame: Partial<Frame> & { headers: FrameHeader[] } = { headers: [] };
	while (reader.nextField()) {
		switch (reader.field) {
			case FRAME_FIELD.SeqID:
				frame.SeqID = reader.uint64();
				break;
			case FRAME_FIELD.LogID:
				frame.LogID = reader.uint64();
				break;
			case FRAME_FIELD.service:
				frame.service = reader.int32();
				break;
			case FRAME_FIELD.method:
				frame.method = reader.int32();
				break;
			case FRAME_FIELD.headers:
				frame.headers.push(readHeader(new FieldReader(reader.bytes())));
				break;
			case FRAME_FIELD.payloadEncoding:
				frame.payloadEncoding = reader.text();
				break;
			case FRAME_FIELD.payloadType:
				frame.payloadType = reader.text();
				break;
			case FRAME_FIELD.payload:
				frame.payload = reader.bytes();
				break;
			case FRAME_FIELD.LogIDNew:
				frame.LogIDNew = reader.text();
				break;
			default:
				reader.skip();
		}
	}
	const { SeqID, LogID, service, method } = frame;
	if (SeqID === undefined || LogID === undefined || service === undefined || method === undefined) {
		throw new MalformedFrame();
	}
	return { ...frame, SeqID, LogID, service, method };
}

function readHeader(reader: FieldReader): FrameHeader {
	let key: string | undefined;
	let value: string | undefined;
	while (reader.nextField()) {
		if (reader.field === HEADER_FIELD.key) key = reader.text();
		else if (reader.field === HEADER_FIELD.value) value = reader.text();
		else reader.skip();
	}
	if (key === undefined || value === undefined) throw new MalformedFrame();
	return { key, value };
}

class MalformedFrame extends Error {}

/** Reads the fields of one protobuf message. Its methods throw MalformedFrame. */
class FieldReader {
	/** The number of the field that is read next. */
	field = 0;
	private wireType = 0;
	private position = 0;
	private fields = 0;

	constructor(private readonly buffer: Buffer) {}

	/** Goes to the next field; false at the end of the message. */
	nextField(): boolean {
		if (this.position === this.buffer.length) return false;
		const tag = this.uint32();
		this.field = tag >>> 3;
		this.wireType = tag & 7;
		if (this.field === 0 || ++this.fields > MAX_FIELDS) throw new MalformedFrame();
		return true;
	}

	uint64(): bigint {
		this.expect(WIRE_TYPE.varint);
		return this.varint();
	}

	int32(): number {
		this.expect(WIRE_TYPE.varint);
		const start = this.position;
		const value = this.varint();
		const length = this.position - start;
		// A negative one is written with 64 bits; what is between the two is no encoder's.
		if (length > 5 && length < 10) throw new MalformedFrame();
		return Number(BigInt.asIntN(32, value));
	}

	text(): string {
		return this.bytes().toString('utf8');
	}

	/** A view, no copy. */
	bytes(): Buffer {
		this.expect(WIRE_TYPE.lengthDelimited);
		return this.take(this.uint32());
	}

	skip(): void {
		if (this.wireType === WIRE_TYPE.varint) this.varint();
		else if (this.wireType === WIRE_TYPE.fixed64) this.take(8);
		else if (this.wireType === WIRE_TYPE.lengthDelimited) this.take(this.uint32());
		else if (this.wireType === WIRE_TYPE.fixed32) this.take(4);
		// Groups, which protobuf has long given up.
		else throw new MalformedFrame();
	}

	private expect(wireType: number): void {
		if (this.wireType !== wireType) throw new MalformedFrame();
	}

	private uint32(): number {
		let value = 0;
		for (let place = 1; place <= 2 ** 28; place *= 128) {
			const byte = this.byte();
			value += (byte & 0x7f) * place;
			if (value > 0xffff_ffff) throw new MalformedFrame();
			if (byte < 0x80) return value;
		}
		throw new MalformedFrame();
	}

	private varint(): bigint {
		let value = 0n;
		for (let shift = 0n; shift < 70n; shift += 7n) {
			const byte = this.byte();
			value |= BigInt(byte & 0x7f) << shift;
			if (value > 0xffff_ffff_ffff_ffffn) throw new MalformedFrame();
			if (byte < 0x80) return value;
		}
		throw new MalformedFrame();
	}

	private byte(): number {
		const byte = this.buffer[this.position++];
		if (byte === undefined) throw new MalformedFrame();
		return byte;
	}

	private take(length: number): Buffer {
		const end = this.position + length;
		if (end > this.buffer.length) throw new MalformedFrame();
		const taken = this.buffer.subarray(this.position, end);
		this.position = end;
		return taken;
	}
}
