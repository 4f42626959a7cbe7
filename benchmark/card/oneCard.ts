import type { ContenderName, OwnFigures } from '../measurement';
import type { Options } from '../options';
import { httpRequestNode } from '../paths';
import { SandboxProcess } from '../sandboxProcess';
import { atMost, median, table } from '../section';
import type { Report, Section } from '../section';
import { startMeasured } from '../startMeasured';

type Way = Extract<ContenderName, 'feishuFeed' | 'httpRequest'>;

/** What tables call the ways. */
const WAY_TITLES: Record<Way, string> = {
	feishuFeed: 'Feishu Feed, Create',
	httpRequest: 'HTTP Request, with a token that it is given',
};
const WAYS: Way[] = ['feishuFeed', 'httpRequest'];

/** Cards that are not measured, then those that are, in each of some processes. */
const FULL = { warmUp: 300, cards: 300, processes: 5 };
const QUICK = { warmUp: 300, cards: 200, processes: 2 };

/** What one card took. All but `cpuMs` are medians. */
interface CardFigures {
	/** Milliseconds from the node's start until Feishu has the request. */
	leftAfterMs: number;
	/** Milliseconds from the node's start to its end. */
	nodeMs: number;
	/** Milliseconds of CPU time from the node's start to its end, on average. */
	cpuMs: number;
	/** Milliseconds of n8n's whole execution, on average. */
	executionMs: number;
}

/**
 * Sends one card to one person, over and over, an execution for each: with our node, and with n8n's HTTP Request
 * node, which makes the same call with a token that it has.
 *
 * @throws {Error} when sandbox/n8n is not installed
 */
export async function measureOneCard({ quick }: Options, report: Report): Promise<Section[]> {
	if (httpRequestNode === undefined) throw new Error('One card needs n8n: npm run install:n8n');
	const { warmUp, cards, processes } = quick ? QUICK : FULL;
	const people = warmUp + cards;
	const measured: Record<Way, CardFigures[]> = { feishuFeed: [], httpRequest: [] };
	const sandbox = await SandboxProcess.start({
		people,
		latency: 0,
		limited: false,
		recordCalls: true,
	});
	try {
		for (let place = 0; place < processes; place++) {
			for (const way of place % 2 === 0 ? WAYS : [...WAYS].reverse()) {
				report(`${cards} times one card: ${WAY_TITLES[way]}, ${place + 1} of ${processes}`);
				const { go } = await startMeasured({
					contender: way,
					sandboxUrl: sandbox.url,
					limited: false,
					eachAlone: true,
					warmUp: { start: 0, end: warmUp },
					recipients: { start: warmUp, end: people },
					httpRequestNode,
				});
				await sandbox.empty();
				measured[way].push(figuresOf(await go(), await sandbox.acceptedCalls(), cards));
			}
		}
	} finally {
		await sandbox.stop();
	}
	const [ours, theirs] = [middleOf(measured.feishuFeed), middleOf(measured.httpRequest)];
	return [
		{
			title: 'One card to one person',
			tables: [cardTable(ours, theirs)],
			method: [
				`Each card is an execution of its own in the engine of n8n, one after the other, on a sandbox without limit and latency. ${cards} cards are measured in each of ${processes} processes for each node, in turns, after ${warmUp} that are not measured; the table shows the medians of the processes.`,
				'"Request left after" is the time from the start of the node to when the sandbox has the request. "Node" is the time from its start to its end, and "CPU time" what the process takes in that time. "Execution" adds what n8n takes for any node, above all for the isolate that it evaluates expressions in.',
				'The HTTP Request node has one call to make, with a token in a header, and evaluates one expression, which names the recipient. Our node evaluates the same one, gets its token from the credential, checks the card, and says what came of it.',
			],
			targets: [
				atMost(
					'One card: wall time of the node against HTTP Request',
					ours.nodeMs / theirs.nodeMs,
					1.2,
				),
				atMost(
					'One card: CPU time of the node against HTTP Request',
					ours.cpuMs / theirs.cpuMs,
					1.2,
				),
			],
		},
	];
}

function figuresOf(own: OwnFigures, acceptedAt: number[], cards: number): CardFigures {
	const { nodeRuns, seconds } = own;
	if (nodeRuns.length !== cards || acceptedAt.length !== cards) {
		throw new Error(
			`${cards} cards took ${nodeRuns.length} executions and ${acceptedAt.length} calls`,
		);
	}
	return {
		leftAfterMs: median(nodeRuns.map(({ startedAt }, card) => acceptedAt[card]! - startedAt)),
		nodeMs: median(nodeRuns.map((run) => run.seconds * 1000)),
		cpuMs: (nodeRuns.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) / cards) * 1000,
		executionMs: (seconds / cards) * 1000,
	};
}

function middleOf(measured: CardFigures[]): CardFigures {
	const middle = (name: keyof CardFigures) => median(measured.map((figures) => figures[name]));
	return {
		leftAfterMs: middle('leftAfterMs'),
		nodeMs: middle('nodeMs'),
		cpuMs: middle('cpuMs'),
		executionMs: middle('executionMs'),
	};
}

function cardTable(ours: CardFigures, theirs: CardFigures): string {
	const cells = (title: string, figures: CardFigures) => [
		title,
		...(['leftAfterMs', 'nodeMs', 'cpuMs', 'executionMs'] as const).flatMap((name) => [
			`${figures[name].toFixed(2)} ms`,
			(figures[name] / theirs[name]).toFixed(2),
		]),
	];
	return table(
		['Way', 'Request left after', '÷', 'Node', '÷', 'CPU time', '÷', 'Execution', '÷'],
		[cells(WAY_TITLES.feishuFeed, ours), cells(WAY_TITLES.httpRequest, theirs)],
		[0],
	);
}
