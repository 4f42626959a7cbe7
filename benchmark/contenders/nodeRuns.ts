import type { NodeRun } from '../measurement';

/** What each execution of a node took of its own, without n8n's preparations, in order. */
export const nodeRuns: NodeRun[] = [];
