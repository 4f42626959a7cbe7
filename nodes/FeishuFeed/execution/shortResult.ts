import type { IDataObject } from 'n8n-workflow';

/** The most entries of a list that an agent reads. */
const MOST_ENTRIES = 20;

/**
 * An output for an AI agent, whose model pays for every word of it: long lists are cut, and `<list>_count` says how
 * many entries there are.
 */
export function shortResult(output: IDataObject): IDataObject {
	return Object.fromEntries(
		Object.entries(output).flatMap(([name, value]) =>
			Array.isArray(value) && value.length > MOST_ENTRIES
				? [
						[name, value.slice(0, MOST_ENTRIES)],
						[`${name}_count`, value.length],
					]
				: [[name, value]],
		),
	) as IDataObject;
}
