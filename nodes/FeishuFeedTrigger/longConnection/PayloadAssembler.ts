import { headerOf } from './frames';
import type { Frame } from './frames';

/** How long parts wait for the others; as long as in the official SDK. */
const MAX_WAIT_MS = 10_000;
/** The most payloads that wait for parts at a time, the most parts of one, and bytes of all. */
const MAX_PAYLOADS = 64;
const MAX_PARTS = 1_000;
const MAX_BYTES = 8 * 1024 * 1024;

interface Incomplete {
	sum: number;
	/** By their place in the payload. */
	parts: Map<number, Buffer>;
	/** When the first part came, in milliseconds since 1970. */
	since: number;
}

/**
 * Joins payloads that Feishu splits into several frames, by the headers `message_id`, `sum` and `seq`.
 * Feishu: long connection (长连接). What waits for its other parts is bounded in number, bytes and time.
 */
export class PayloadAssembler {
	/** By their `message_id`, oldest first. */
	private readonly incomplete = new Map<string, Incomplete>();
	private bytes = 0;

	/** @param onDropped gets the reason why a frame, or an incomplete payload, is dropped */
	constructor(private readonly onDropped: (reason: string) => void) {}

	/**
	 * Takes the payload of a data frame.
	 *
	 * @param now milliseconds since 1970
	 * @returns the payload, when it is whole
	 */
	add(frame: Frame, now: number): Uint8Array | undefined {
		const payload = frame.payload ?? Buffer.alloc(0);
		const sum = Number(headerOf(frame, 'sum') ?? 1);
		if (sum === 1) return payload;

		const seq = Number(headerOf(frame, 'seq'));
		const id = headerOf(frame, 'message_id');
		const isPart =
			Number.isInteger(sum) && sum > 1 && Number.isInteger(seq) && 0 <= seq && seq < sum;
		if (!isPart || sum > MAX_PARTS || id === undefined) {
			this.onDropped(`a part that cannot be: seq ${seq} of sum ${sum}`);
			return undefined;
		}
		this.dropLate(now);
		return this.addPart(id, { sum, seq, payload, now });
	}

	/** Drops what has waited too long for its other parts. */
	dropLate(now: number): void {
		for (const [id, { since }] of this.incomplete) {
			if (now - since > MAX_WAIT_MS) this.drop(id, 'a payload whose other parts did not come');
		}
	}

	private addPart(
		id: string,
		{ sum, seq, payload, now }: { sum: number; seq: number; payload: Uint8Array; now: number },
	): Uint8Array | undefined {
		const known = this.incomplete.get(id) ?? { sum, parts: new Map<number, Buffer>(), since: now };
		if (known.sum !== sum) {
			this.onDropped(`a part of sum ${sum} of a payload whose sum was ${known.sum}`);
			return undefined;
		}
		this.incomplete.set(id, known);
		this.bytes += payload.length - (known.parts.get(seq)?.length ?? 0);
		// A copy, since the payload is a view that would keep its whole frame in memory.
		known.parts.set(seq, Buffer.from(payload));
		if (known.parts.size === sum) {
			this.forget(id);
			return Buffer.concat(Array.from({ length: sum }, (_, place) => known.parts.get(place)!));
		}
		for (const oldest of this.incomplete.keys()) {
			if (this.incomplete.size <= MAX_PAYLOADS && this.bytes <= MAX_BYTES) break;
			this.drop(oldest, 'the oldest of too many incomplete payloads');
		}
		return undefined;
	}

	private drop(id: string, reason: string): void {
		this.forget(id);
		this.onDropped(reason);
	}

	private forget(id: string): void {
		for (const { length } of this.incomplete.get(id)?.parts.values() ?? []) this.bytes -= length;
		this.incomplete.delete(id);
	}
}
