import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import type { Language } from './limits';
import { table } from './markdown';

/** What a user asks of a version of n8n. */
export type Part = 'operations' | 'webhook' | 'longConnection' | 'sendAndWait';

/** Tests by how they ended; "pending" are those that have no meaning in the version. */
export type Counts = Record<'passed' | 'failed' | 'pending', number>;

/** The execution tests in the engine of one version of n8n. */
export interface Run {
	n8n: string;
	core: string;
	node: string;
	/** The day of the run, in UTC. */
	date: string;
	all: Counts;
	parts: Record<Part, Counts>;
	/** The names of the tests that failed. */
	failed: string[];
}

const ROOT = path.resolve(__dirname, '../..');
const RECORDED = path.join(ROOT, 'scripts', 'compatibility.json');

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

/** The n8n in which the packed package is tested end to end. */
const pinned = (
	readJson(path.join(ROOT, 'sandbox/n8n/package.json')) as { dependencies: { n8n: string } }
).dependencies.n8n;

/** The oldest n8n that the package is meant for, the first of n8n 2, the pinned one and the newest. */
export function recordedVersions(): string[] {
	return ['1.123.0', '2.0.0', pinned, 'latest'];
}

/** The last run of each version, as `npm run test:compatibility` recorded it. */
export function readRecordedRuns(): Record<string, Run> {
	return readJson(RECORDED) as Record<string, Run>;
}

/** Records the runs that the README shows. */
export function writeRecordedRuns(runs: Record<string, Run>): void {
	const recorded = recordedVersions().flatMap((version): Array<[string, Run]> => {
		const run = runs[version];
		return run === undefined ? [] : [[version, run]];
	});
	writeFileSync(RECORDED, `${JSON.stringify(Object.fromEntries(recorded), null, '\t')}\n`);
}

const BOTH_WAYS: Part[] = ['webhook', 'longConnection'];

/** The parts that are not the operations, by the name of the test file. */
const PARTS_OF_FILES: Record<string, Part[]> = {
	webhookDescription: ['webhook'],
	pressForms: ['webhook'],
	longConnection: ['longConnection'],
	eventTransports: BOTH_WAYS,
	documentedTrigger: BOTH_WAYS,
	pressHistories: [...BOTH_WAYS, 'sendAndWait'],
	sendAndWaitLookUps: ['sendAndWait'],
	sendAndWaitOnOldN8n: ['sendAndWait'],
	humanReviewStep: ['sendAndWait'],
	waitingSteps: ['sendAndWait'],
	endPressedCard: ['sendAndWait'],
};

/** Those of files that hold several. */
const PARTS_OF_TESTS: ReadonlyArray<[file: string, test: RegExp, parts: Part[]]> = [
	['savedWorkflows', /^the trigger/, BOTH_WAYS],
	['savedWorkflows', /sendAndWait/, ['sendAndWait']],
	['avatars', /card that waits for a response/, ['sendAndWait']],
	['newestForms', /^waits with a card/, ['sendAndWait']],
	['testInEditor', /over the webhook/, ['webhook']],
	['testInEditor', /long connection/, ['longConnection']],
];

/** What a test is about. */
export function partsOf(file: string, test: string): Part[] {
	const ofTest = PARTS_OF_TESTS.find(([name, text]) => name === file && text.test(test));
	return ofTest?.[2] ?? PARTS_OF_FILES[file] ?? ['operations'];
}

const count = (tests: number): string => tests.toLocaleString('en-US');

const WORDS = {
	en: {
		headings: [
			'n8n',
			'Operations',
			'Trigger, webhook',
			'Trigger, long connection',
			'Send and Wait for Response',
			'Tests',
			'Run',
		],
		works: 'Works',
		refuses: 'Needs n8n 2: says so, and sends no card',
		fails: ({ failed, passed }: Counts) => `${failed} of ${failed + passed} tests fail`,
		tests: ({ passed, failed }: Counts) => `${count(passed)} passed, ${count(failed)} failed`,
		pending: (pending: number) => `, ${pending} not for this version`,
		run: (date: string, node: string) => `${date}, Node.js ${node}`,
		endToEnd: `Each row is a run of the execution tests in the engine of that version (\`npm run test:compatibility\`); what failed ran once more, alone. The engine is n8n without its server and its editor. How those receive a webhook, or wake an execution that waits, is tested on n8n ${pinned} only, where the packed package runs in a real n8n (\`npm run test:e2e\`).`,
	},
	'zh-CN': {
		headings: [
			'n8n',
			'各项操作',
			'触发器（Webhook）',
			'触发器（长连接）',
			'Send and Wait for Response',
			'测试',
			'运行',
		],
		works: '可用',
		refuses: '需要 n8n 2：会报错说明，不发卡片',
		fails: ({ failed, passed }: Counts) => `${failed + passed} 项测试中 ${failed} 项未通过`,
		tests: ({ passed, failed }: Counts) => `${count(passed)} 项通过，${count(failed)} 项未通过`,
		pending: (pending: number) => `，${pending} 项不适用于此版本`,
		run: (date: string, node: string) => `${date}，Node.js ${node}`,
		endToEnd: `每一行都是在该版本 n8n 的引擎里运行一次执行测试的结果（\`npm run test:compatibility\`），未通过的单独再运行一次。引擎不含 n8n 的服务器和编辑器：服务器如何接收 Webhook、如何唤醒等待中的执行，只在 n8n ${pinned} 上测试过，打包后的节点在那里运行于真实的 n8n（\`npm run test:e2e\`）。`,
	},
};

/** The README's section: what works in which version of n8n, and what else says so. */
export function compatibilitySection(language: Language): string {
	const { endToEnd } = WORDS[language];
	return `${compatibilityTable(language)}\n\n${endToEnd}`;
}

/** What works in which version of n8n, each cell from a run. */
export function compatibilityTable(
	language: Language,
	runs: Run[] = Object.values(readRecordedRuns()),
): string {
	const words = WORDS[language];
	const verdict = (counts: Counts): string => {
		// A run of no test shows nothing.
		if (counts.failed > 0 || counts.passed === 0) return words.fails(counts);
		// Tests of what a version cannot do are left out there; the others hold the node to saying so.
		return counts.pending > 0 ? words.refuses : words.works;
	};
	return table(
		words.headings,
		runs.map(({ n8n, node, date, all, parts }) => [
			n8n,
			verdict(parts.operations),
			verdict(parts.webhook),
			verdict(parts.longConnection),
			verdict(parts.sendAndWait),
			words.tests(all) + (all.pending > 0 ? words.pending(all.pending) : ''),
			words.run(date, node),
		]),
	);
}
