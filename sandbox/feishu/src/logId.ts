import { randomBytes } from 'node:crypto';

const PROCESS_MARK = randomBytes(5).toString('hex').toUpperCase();
let count = 0;

/**
 * A request's name for support, as in the header `x-tt-logid` (Feishu reference: base response):
 * the time to the second, then characters that tell requests of one second apart.
 */
export function newLogId(now: number): string {
	count = (count + 1) % 0x1000000;
	const time = new Date(now)
		.toISOString()
		.replace(/[^0-9]/g, '')
		.slice(0, 14);
	return `${time}${PROCESS_MARK}${count.toString(16).toUpperCase().padStart(6, '0')}`;
}
