/** Something that is promised, and what was measured of it. */
export interface Target {
	promise: string;
	measured: string;
	isMet: boolean;
}

/** What a part of the benchmark has measured, as the page of results shows it. */
export interface Section {
	title: string;
	/** In Markdown. */
	tables: string[];
	/** How it was measured, a sentence or some for each point. */
	method: string[];
	targets: Target[];
}

/** Told what is being measured. */
export type Report = (text: string) => void;

/** @param left the columns that are not numbers */
export function table(headings: string[], rows: string[][], left: number[]): string {
	const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
	const rule = headings.map((_, column) => (left.includes(column) ? '---' : '---:'));
	return [line(headings), line(rule), ...rows.map(line)].join('\n');
}

/** A target whose ratio may be at most so much. */
export function atMost(promise: string, ratio: number, most: number): Target {
	return {
		promise: `${promise} at most ${most.toFixed(2)} ×`,
		measured: `${ratio.toFixed(2)} ×`,
		isMet: ratio <= most,
	};
}

export function count(value: number): string {
	return value.toLocaleString('en');
}

export function milliseconds(value: number): string {
	return value === Infinity ? 'never' : `${value.toFixed(1)} ms`;
}

export function megabytes(bytes: number): string {
	return `${(bytes / 1e6).toFixed(0)} MB`;
}

/** The least value that this part of all values does not exceed. */
export function percentile(values: number[], part: number): number {
	const sorted = [...values].sort((one, other) => one - other);
	return sorted[Math.ceil(sorted.length * part) - 1]!;
}

/** Half of all values are not above it. */
export function median(values: number[]): number {
	return percentile(values, 0.5);
}
