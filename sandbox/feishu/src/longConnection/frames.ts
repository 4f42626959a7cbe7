import path from 'node:path';

import type Long from 'long';
import protobuf from 'protobufjs';

/** `method` of a frame: pings and pongs, or events and the answers to them. */
export const CONTROL = 0;
export const DATA = 1;

/** A frame of the long connection; the fields are those of `frame.proto`. */
export interface Frame {
	/** A number, possibly rounded, where protobufjs does not find Long. */
	SeqID: Long | number;
	LogID: Long | number;
	service: number;
	method: number;
	headers: Array<{ key: string; value: string }>;
	payloadEncoding?: string;
	payloadType?: string;
	payload?: Uint8Array;
	LogIDNew?: string;
}

const frameType = protobuf.loadSync(path.join(__dirname, 'frame.proto')).lookupType('feishu.Frame');

export function encodeFrame(frame: Frame): Uint8Array {
	return frameType.encode(frame).finish();
}

/** The frame, or `undefined` for bytes that are none. */
export function decodeFrame(bytes: Uint8Array): Frame | undefined {
	try {
		return frameType.decode(bytes) as unknown as Frame;
	} catch {
		return undefined;
	}
}

/** A frame's headers by key; of two with the same key, the last. */
export function headersOf(frame: Frame): Record<string, string | undefined> {
	return Object.fromEntries(frame.headers.map(({ key, value }) => [key, value]));
}
