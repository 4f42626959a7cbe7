/** What the published package weighs, in bytes. `packageSize.json` holds it as it was last recorded. */
export interface PackageSize {
	/** Of the tarball, as npm downloads it. */
	packedBytes: number;
	/** Of the files in it, as they lie in n8n's folder. */
	unpackedBytes: number;
}

const percent = new Intl.NumberFormat('en', {
	style: 'percent',
	minimumFractionDigits: 1,
	maximumFractionDigits: 1,
	signDisplay: 'exceptZero',
});

/** Growth beyond this share of the recorded size needs an explanation. */
const NOTABLE_GROWTH = 0.1;

/**
 * The package's size beside the recorded one, as lines to print.
 * The size is no limit: a change that makes the package notably larger is asked for the reason.
 */
export function describeSize(size: PackageSize, recorded: PackageSize): string[] {
	const packedGrowth = (size.packedBytes - recorded.packedBytes) / recorded.packedBytes;
	const unpackedGrowth = (size.unpackedBytes - recorded.unpackedBytes) / recorded.unpackedBytes;
	const lines = [
		`packed: ${size.packedBytes} bytes (${percent.format(packedGrowth)} against ${recorded.packedBytes})`,
		`unpacked: ${size.unpackedBytes} bytes (${percent.format(unpackedGrowth)} against ${recorded.unpackedBytes})`,
	];
	if (Math.max(packedGrowth, unpackedGrowth) > NOTABLE_GROWTH) {
		lines.push(
			'The package grew by more than a tenth. Explain why in the change, and record the new size with "npm run verify -- --record".',
		);
	}
	return lines;
}
