import { setTimeout as sleep } from 'node:timers/promises';

import { buildPackage, isBuildStale } from '../../sandbox/n8n/src';
import { RealN8n } from '../../test/helpers/e2e/RealN8n';
import type { Report } from '../recipients/runCells';
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

/** What is pressed, at first without being measured. */
interface Plan {
	warmUp: Presses;
	measured: Presses[];
}

const FULL: Plan = {
	warmUp: { rounds: 20, atOnce: 5, pause: 50 },
	// In eight rounds each of the four ways has each place twice.
	measured: [
		{ rounds: 200, atOnce: 1, pause: 100 },
		{ rounds: 8, atOnce: 20, pause: 1_000 },
	],
};
const QUICK: Plan = {
	warmUp: { rounds: 8, atOnce: 5, pause: 50 },
	measured: [
		{ rounds: 40, atOnce: 1, pause: 100 },
		{ rounds: 2, atOnce: 20, pause: 1_000 },
	],
};

/** How long presses took that came one way. Times are in milliseconds. */
export interface PressRow {
	way: WayName;
	/** How many people pressed at the same time. */
	atOnce: number;
	presses: number;
	/** From sending the press to the first call of the workflow's first node; may be `Infinity`. */
	median: number;
	percentile95: number;
	/** From sending the press to having n8n's answer: the median of those that were answered, if any. */
	answered?: number;
	/** How many presses got no answer within the 3 seconds that Feishu waits. */
	unanswered: number;
}

/** How long it takes from presses to the starts of workflows. */
export interface PressFigures {
	/** How many presses of each way were not measured, before those that were. */
	warmUp: number;
	rows: PressRow[];
}

/** What one press took, in milliseconds. */
interface Times {
	/** `Infinity` when n8n had not read it yet after the time that Feishu waits. */
	start: number;
	/** Absent when no answer came in time. */
	answer?: number;
}

/**
 * Measures the time from a press to the start of the workflow, in a real n8n with the packed nodes.
 * Feishu, the receiver of the workflows' calls and the caller of n8n's own Webhook node are all in
 * this process, so that all times are of one clock; n8n is in another.
 *
 * @throws {Error} when a press starts two workflows, or is answered but starts none
 */
export async function pressToStart(quick: boolean, report: Report): Promise<PressFigures> {
	const { warmUp, measured } = quick ? QUICK : FULL;
	if (isBuildStale()) {
		report('Building the package');
		await buildPackage();
	}
	report('Starting n8n');
	const receiver = new StartReceiver();
	const receiverUrl = await receiver.listen();
	// The log of every step, which tests want, is off by default.
	const n8n = await RealN8n.start({ N8N_LOG_LEVEL: 'info' });
	try {
		const ways = await openWays(n8n, receiverUrl);
		const rows: PressRow[] = [];
		report(`${countOf(warmUp)} presses of each way, not measured`);
		await pressInTurns(ways, warmUp, receiver);
		for (const presses of measured) {
			const { atOnce } = presses;
			report(`${countOf(presses)} presses of each way, ${atOnce} at once`);
			const times = await pressInTurns(ways, presses, receiver);
			rows.push(...ways.map(({ name }) => toRow(name, atOnce, times.get(name) as Times[])));
		}
		if (receiver.doubled > 0) throw new Error(`${receiver.doubled} presses started two workflows`);
		return { warmUp: countOf(warmUp), rows };
	} finally {
		await n8n.close();
		await receiver.close();
	}
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
	const { id, sentAt, answeredAt } = await way.press();
	const start = (await receiver.startOf(id)) - sentAt;
	if (answeredAt === undefined) return { start };
	if (start === Infinity) throw new Error(`${PRESS_TITLES[way.name]}: a press started no workflow`);
	return { start, answer: answeredAt - sentAt };
}

/** Another order each round, in which each way has each place equally often. */
function orderOf(ways: Way[], round: number): Way[] {
	const first = (round >> 1) % ways.length;
	const order = [...ways.slice(first), ...ways.slice(0, first)];
	return round % 2 === 0 ? order : order.reverse();
}

function toRow(way: WayName, atOnce: number, times: Times[]): PressRow {
	const starts = times.map(({ start }) => start);
	const answers = times.flatMap(({ answer }) => answer ?? []);
	return {
		way,
		atOnce,
		presses: times.length,
		median: percentile(starts, 0.5),
		percentile95: percentile(starts, 0.95),
		answered: answers.length > 0 ? percentile(answers, 0.5) : undefined,
		unanswered: times.length - answers.length,
	};
}

/** The least value that this part of all values does not exceed. */
function percentile(values: number[], part: number): number {
	const sorted = [...values].sort((one, other) => one - other);
	return sorted[Math.ceil(sorted.length * part) - 1]!;
}
