import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { n8nFolder, nodeOfN8n } from '../sandbox/n8n/src/checkout';

/** This folder. */
export const benchmarkFolder = resolve(__dirname);

/** Where `npm run benchmark` writes what it measured in full. */
export const resultsFile = join(benchmarkFolder, 'RESULTS.md');

const httpRequestFile = join(
	n8nFolder,
	'node_modules/n8n-nodes-base/dist/nodes/HttpRequest/HttpRequest.node.js',
);

/** n8n's own HTTP Request node, if `sandbox/n8n` is installed. */
export const httpRequestNode = existsSync(httpRequestFile) ? httpRequestFile : undefined;

/** The Node that n8n runs on, if `sandbox/n8n` is installed; else the one that runs this. */
export const nodeForMeasured = existsSync(nodeOfN8n) ? nodeOfN8n : process.execPath;
