import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import type { IDataObject } from 'n8n-workflow';

/** A use of an operation, with everything that its form has. Tests execute it. */
export interface Example {
	/** The file's name. */
	file: string;
	/** What it shows, in a sentence. */
	shows: string;
	/** The node's `parameters`, as they stand in a workflow's JSON. */
	parameters: IDataObject & { resource: string; operation: string };
	/** The JSON of the output items. */
	output: IDataObject[];
}

const FOLDER = path.resolve(__dirname, '../../docs/examples');

/** All examples, by file name. */
export function readExamples(): Example[] {
	return readdirSync(FOLDER)
		.filter((file) => file.endsWith('.json'))
		.sort()
		.map((file) => ({
			...(JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as Omit<Example, 'file'>),
			file,
		}));
}
