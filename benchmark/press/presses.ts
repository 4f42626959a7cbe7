import { setTimeout as sleep } from 'node:timers/promises';

import { RealN8n } from '../../test/helpers/e2e/RealN8n';
import { buildIfStale } from '../buildIfStale';
import type { Options } from '../options';
import { atMost, count, median, milliseconds, percentile, table } from '../section';
import type { Report, Section, Target } from '../section';
import { ISOLATES, ISOLATES_TITLES } from './isolates';
import type { Isolates } from './isolates';
import { StartReceiver } from './StartReceiver';
import { PRESS_TITLES, openWays } from './ways';
import type { Way, WayName } from './ways';

/** How to press, over and over; with several ways, in turns. */
interface Presses {
	rounds: number;
	/** Presses of each way in a round, at once. */
	atOnce: number;
	/** Milliseconds after the last start of a round, for n8n to save its executions. */
	pause: number;
}

/** How long Feishu waits for an answer, in milliseconds (Feishu reference: "Card callback"). */
const FEISHU_WAITS_MS = 3_000;

/** What is pressed, at first without being measured. */
interface Plan {
	warmUp: Presses;
	measured: Presses[];
}

const FULL: Plan = {
	warmUp: { rounds: 20, atOnce: 5, pause: 50 },
	// In eight rounds each of the four ways has each place twice.
	measured: [
		{ rounds: 100, atOnce: 1, pause: 100 },
		{ rounds: 8, atOnce: 20, pause: 1_000 },
		{ rounds: 4, atOnce: 50, pause: 2_000 },
	],
};
const QUICK: Plan = {
	warmUp: { rounds: 8, atOnce: 5, pause: 50 },
	measured: [
		{ rounds: 40, atOnce: 1, pause: 100 },
		{ rounds: 2, atOnce: 20, pause: 1_000 },
		{ rounds: 1, atOnce: 50, pause: 2_000 },
	],
};

/** How long presses took that came one way. Times are in milliseconds. */
interface PressRow {
	isolates: Isolates;
	way: WayName;
	/** How many people pressed at the same time. */
	atOnce: number;
	presses: number;
	/** From sending the press to the first call of the workflow's first node; may be `Infinity`. */
	startMedian: number;
	startPercentile95: number;
	/** From sending the press to having n8n's answer; `Infinity` without one. */
	answerMedian: number;
	/** How many presses got no answer within the 3 seconds that Feishu waits. */
	late: number;
}

/** What one press took, in milliseconds. */
interface Times {
	/** `Infinity` when no workflow started. */
	start: number;
	/** `Infinity` when no answer came in time. */
	answer: number;
}

/**
 * Measures the time from a press to the start of the workflow, in a real n8n with the packed nodes.
 * Feishu, the receiver of the workflows' calls and the caller of n8n's own Webhook node are all in
 * this process, so that all times are of one clock; n8n is in another.
 *
 * @throws {Error} when a press starts two workflows, or is answered but starts none
 */
export async function measurePresses({ quick }: Options, report: Report): Promise<Section[]> {
	const { warmUp, measured } = quick ? QUICK : FULL;
	await buildIfStale(report);
	report('Starting n8n');
	const receiver = new StartReceiver();
	const receiverUrl = await receiver.listen();
	// The log of every step, which tests want, is off by default.
	const n8n = await RealN8n.start({ N8N_LOG_LEVEL: 'info' });
	const rows: PressRow[] = [];
	try {
		const ways = await openWays(n8n, receiverUrl);
		for (const isolates of ISOLATES) {
			if (isolates.environment !== undefined) await n8n.restart(isolates.environment);
			report(`${countOf(warmUp)} presses of each way, not measured`);
			await pressInTurns(ways, warmUp, receiver);
			for (const presses of measured) {
				const { atOnce } = presses;
				report(`${countOf(presses)} presses of each way, ${atOnce} at once`);
				const times = await pressInTurns(ways, presses, receiver);
				rows.push(
					...ways.map(({ name }) => toRow(isolates, name, atOnce, times.get(name) as Times[])),
				);
			}
		}
		if (receiver.doubled > 0) throw new Error(`${receiver.doubled} presses started two workflows`);
	} finally {
		await n8n.close();
		await receiver.close();
	}
	return [
		{
			title: 'From a press on a button to the start of a workflow',
			tables: [pressTable(rows)],
			method: methodOf(warmUp),
			targets: targetsOf(rows),
		},
	];
}

function countOf({ rounds, atOnce }: Presses): number {
	return rounds * atOnce;
}

async function pressInTurns(
	ways: Way[],
	{ rounds, atOnce, pause }: Presses,
	receiver: StartReceiver,
): Promise<Map<WayName, Times[]>> {
	const times = new Map<WayName, Times[]>(ways.map(({ name }) => [name, []]));
	for (let round = 0; round < rounds; round++) {
		for (const way of orderOf(ways, round)) {
			await way.choose();
			const pressed = Array.from({ length: atOnce }, async () => await timePress(way, receiver));
			times.get(way.name)?.push(...(await Promise.all(pressed)));
			await sleep(pause);
		}
	}
	return times;
}

async function timePress(way: Way, receiver: StartReceiver): Promise<Times> {
	const { id, sentAt, answeredAt = Infinity } = await way.press();
	const start = (await receiver.startOf(id)) - sentAt;
	if (start === Infinity && answeredAt !== Infinity) {
		throw new Error(`${PRESS_TITLES[way.name]}: a press started no workflow`);
	}
	return { start, answer: answeredAt - sentAt };
}

/** Another order each round, in which each way has each place equally often. */
function orderOf(ways: Way[], round: number): Way[] {
	const first = (round >> 1) % ways.length;
	const order = [...ways.slice(first), ...ways.slice(0, first)];
	return round % 2 === 0 ? order : order.reverse();
}

function toRow(isolates: Isolates, way: WayName, atOnce: number, times: Times[]): PressRow {
	const starts = times.map(({ start }) => start);
	const answers = times.map(({ answer }) => answer);
	return {
		isolates,
		way,
		atOnce,
		presses: times.length,
		startMedian: median(starts),
		startPercentile95: percentile(starts, 0.95),
		answerMedian: median(answers),
		late: answers.filter((answer) => answer > FEISHU_WAITS_MS).length,
	};
}

function pressTable(rows: PressRow[]): string {
	const cells = rows.map((row) => [
		row.isolates.title,
		PRESS_TITLES[row.way],
		row.atOnce === 1 ? '1' : `${row.atOnce} at once`,
		count(row.presses),
		milliseconds(row.startMedian),
		milliseconds(row.startPercentile95),
		against(rows, row, 'webhookNode').toFixed(2),
		against(rows, row, 'webhookNodeWithExpression').toFixed(2),
		milliseconds(row.answerMedian),
		count(row.late),
	]);
	return table(
		[
			'n8n prepares isolates',
			'Way',
			'Presses',
			'In all',
			'Started after',
			'95 % started after',
			'÷ Webhook node',
			'÷ with an expression',
			'Answered after',
			'Not within 3 s',
		],
		cells,
		[0, 1],
	);
}

/** How much longer it takes to the start of a workflow than the other way, pressed as often at once. */
function against(rows: PressRow[], row: PressRow, other: WayName): number {
	const { startMedian } = rows.find(
		({ isolates, way, atOnce }) =>
			isolates === row.isolates && way === other && atOnce === row.atOnce,
	)!;
	return row.startMedian / startMedian;
}

function targetsOf(rows: PressRow[]): Target[] {
	return rows.flatMap((row): Target[] => {
		const { way, atOnce, isolates, late } = row;
		if (way !== 'webhook' && way !== 'longConnection') return [];
		const name = `${PRESS_TITLES[way]}, ${atOnce === 1 ? '1 press' : `${atOnce} at once`}, isolates ${isolates.title}`;
		if (atOnce === 50) {
			const measured = `${row.presses - late} of ${row.presses} in time, median ${milliseconds(row.answerMedian)}`;
			return [{ promise: `${name}: all answered within 3 s`, measured, isMet: late === 0 }];
		}
		const most = way === 'webhook' ? 1.25 : 1;
		return [
			atMost(`${name}: start against the Webhook node`, against(rows, row, 'webhookNode'), most),
		];
	});
}

function methodOf(warmUp: Presses): string[] {
	return [
		'A press is timed from when Feishu sends it, or when the Webhook node is called, to when the first node of the workflow that it starts, an HTTP Request, calls a server. All of these are in one process, so that one clock takes all times. n8n is in another, with its own settings (SQLite) and the packed nodes installed. Times are medians, except those for 95 %.',
		'Over the webhook, presses are encrypted and signed, and the trigger checks that. The Webhook node gets the same number of bytes and checks nothing.',
		`Before n8n asks the node of a webhook, it prepares an isolate, in which it evaluates expressions. Only its own Webhook node is spared that, if it has no expression. The second way gives it one, and shows what n8n takes for a webhook of any other node. "${ISOLATES_TITLES.onDemand}" is n8n with N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE=true, which prepares one only when there is an expression.`,
		'n8n prepares another one when the trigger reads its credential, which it does once a minute: the presses that are measured come sooner.',
		'Feishu waits 3 seconds for the answer. A press that n8n reads later starts its workflow anyway.',
		`Presses come one after the other, or several at once. The ways take turns, with a pause in which n8n saves its executions. The first ${count(countOf(warmUp))} presses of each way are not measured. The trigger remembers up to 500 presses, which n8n stores again with each press.`,
	];
}
