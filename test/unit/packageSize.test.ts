import { describeSize } from '../../scripts/packageSize';

const RECORDED = { packedBytes: 1_000, unpackedBytes: 4_000 };
const ASKS_WHY = expect.stringContaining('Explain why in the change');

it("prints the package's size, and its growth in per cent", () => {
	expect(describeSize({ packedBytes: 1_100, unpackedBytes: 3_999 }, RECORDED)).toEqual([
		'packed: 1100 bytes (+10.0% against 1000)',
		'unpacked: 3999 bytes (0.0% against 4000)',
	]);
});

it.each([
	['packed', { packedBytes: 1_101, unpackedBytes: 4_000 }],
	['unpacked', { packedBytes: 900, unpackedBytes: 4_401 }],
])('asks for an explanation when the package grew by more than a tenth, %s', (_, size) => {
	expect(describeSize(size, RECORDED)).toContainEqual(ASKS_WHY);
});
