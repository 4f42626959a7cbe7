/** Where 200 of 1,000 IDs are invalid. */
export const PLACES_OF_INVALID: Record<string, (place: number) => boolean> = {
	'every fifth': (place) => place % 5 === 0,
	'the first 200': (place) => place < 200,
	'200 in the middle': (place) => place >= 395 && place < 595,
	'the last 200': (place) => place >= 800,
	scattered: (place) => (place * 7919) % 1009 < 202,
};

/**
 * The calls that plain halving makes to find the invalid IDs of a list, in full batches. It asks for no half that must
 * hold what was refused.
 */
export function callsOfHalving(
	userIds: string[],
	invalid: ReadonlySet<string>,
	batchSize: number,
): number {
	let calls = 0;
	for (let start = 0; start < userIds.length; start += batchSize) {
		calls += callsOf(userIds.slice(start, start + batchSize).map((userId) => invalid.has(userId)));
	}
	return calls;
}

function callsOf(isInvalid: boolean[], isKnown = false): number {
	const own = isKnown ? 0 : 1;
	if (isInvalid.length === 1 || !isInvalid.includes(true)) return own;
	const middle = Math.ceil(isInvalid.length / 2);
	const [left, right] = [isInvalid.slice(0, middle), isInvalid.slice(middle)];
	return own + callsOf(left) + callsOf(right, !left.includes(true));
}
