import { createHash, timingSafeEqual } from 'crypto';

/** Compares two texts in constant time, whatever their lengths, so that nobody can guess one bit by bit. */
export function constantTimeEqual(one: string, other: string): boolean {
	const digest = (text: string) => createHash('sha256').update(text).digest();
	return timingSafeEqual(digest(one), digest(other));
}
