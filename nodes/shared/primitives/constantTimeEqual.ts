import { createHash, timingSafeEqual } from 'crypto';

/** Compares in constant time, whatever the lengths. */
export function constantTimeEqual(one: string, other: string): boolean {
	const [a, b] = [one, other].map((text) => createHash('sha256').update(text).digest());
	return timingSafeEqual(a, b);
}
