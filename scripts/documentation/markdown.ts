/** Text for a cell of a table: on one line, with nothing that would end the cell. */
export function cell(text: string): string {
	return text.replace(/\s*\n\s*/g, ' ').replace(/\|/g, '\\|');
}

/** Text that is no Markdown, as Markdown. */
export function plain(text: string): string {
	return text.replace(/[\\`*_[\]<>]/g, '\\$&');
}

/** Text in the type of code, or nothing. */
export function code(text: string): string {
	return text === '' ? '' : `\`${text}\``;
}

/** A table; its cells are Markdown and may hold line breaks as `<br>`. */
export function table(headings: string[], rows: string[][]): string {
	const line = (cells: string[]) => `| ${cells.map(cell).join(' | ')} |`;
	return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A block of JSON, for prettier to lay out. */
export function jsonBlock(value: unknown): string {
	return ['```json', JSON.stringify(value), '```'].join('\n');
}

/** The address of a heading within a page, as GitHub makes it. */
export function anchor(heading: string): string {
	const words = heading.toLowerCase().replace(/[^\p{Letter}\p{Number}\s_-]/gu, '');
	return `#${words.replace(/\s/g, '-')}`;
}
