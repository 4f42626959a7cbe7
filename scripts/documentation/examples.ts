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

/** A use of the trigger. Tests press buttons on it. */
export interface TriggerExample {
	/** The file's name. */
	file: string;
	/** What it shows, in a sentence. */
	shows: string;
	/** The node's `parameters`, as they stand in a workflow's JSON. */
	parameters: IDataObject;
}

const FOLDER = path.resolve(__dirname, '../../docs/examples');

/** All examples of operations, by file name. */
export function readExamples(): Example[] {
	return readFolder<Example>(FOLDER);
}

/** All examples of the trigger, by file name. */
export function readTriggerExamples(): TriggerExample[] {
	return readFolder<TriggerExample>(path.join(FOLDER, 'trigger'));
}

function readFolder<OneExample extends { file: string }>(folder: string): OneExample[] {
	return readdirSync(folder)
		.filter((file) => file.endsWith('.json'))
		.sort()
		.map((file) => ({
			...(JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as OneExample),
			file,
		}));
}
