/** Who does the job. */
export const CONTENDER_NAMES = [
	'feishuFeed',
	'feishuFeedItems',
	'feishuFeedEmails',
	'leastNode',
	'httpRequest',
	'axiosLoop',
	'officialSdk',
] as const;
export type ContenderName = (typeof CONTENDER_NAMES)[number];

/** What is the same for all contenders that are compared with each other. */
export interface Conditions {
	/** Whether the sandbox refuses calls over Feishu's limit of 10 a second. */
	limited: boolean;
	/** Milliseconds from receiving a call to answering it. */
	latency: number;
	recipients: number;
}

/** What a process is to do and measure. */
export interface Job {
	contender: ContenderName;
	sandboxUrl: string;
	limited: boolean;
	/** Places of the recipients in the company: from `start`, and before `end`. */
	recipients: { start: number; end: number };
	/** Whether each recipient gets a card in an execution of their own, one after the other. */
	eachAlone?: boolean;
	/** Places of people for calls that are not measured, before those that are. */
	warmUp: { start: number; end: number };
	/** Where the HTTP Request node is; needed by `httpRequest` only. */
	httpRequestNode?: string;
}

/** What a process measured of itself. */
export interface OwnFigures {
	seconds: number;
	/** User and system time of all threads, garbage collection included. */
	cpuSeconds: number;
	/** The most memory that the process has had, in bytes, since it started. */
	peakMemory: number;
	/** Milliseconds since 1970. */
	startedAt: number;
	endedAt: number;
	/** Each execution of a node in n8n's engine, if the job has any. */
	nodeRuns: NodeRun[];
}

/** What an execution of a node took. */
export interface NodeRun {
	/** Milliseconds since 1970. */
	startedAt: number;
	seconds: number;
	/** Of the whole process. */
	cpuSeconds: number;
}

/** What a job took, and what came of it by the sandbox's count. */
export interface Figures extends OwnFigures {
	/** Calls that create cards, refused ones included; those for tokens are not counted. */
	calls: number;
	/** Calls that look recipients up. */
	lookUps: number;
	/** Calls over the rate limit. */
	refused: number;
	/** Cards that were created. */
	reached: number;
}

/** What a measured process and the one that started it tell each other. */
export type FromMeasured = { kind: 'ready' } | { kind: 'done'; figures: OwnFigures };
export type ToMeasured = { kind: 'go' };
