import type { Figures, Job } from '../measurement';
import { count, median } from '../section';
import type { Report } from '../section';
import { httpRequestNode } from '../paths';
import type { Cell } from './plan';
import { TITLES } from './plan';
import { SandboxProcess } from '../sandboxProcess';
import { startMeasured } from '../startMeasured';

/** A cell and what was measured for it. */
export interface Row extends Cell {
	figures: Figures;
}

/**
 * People for calls that are not measured. Without a limit, they are enough for the code to be
 * compiled as it is in an n8n that runs for long; at the limit, they fetch the token.
 */
const WARM_UP_PEOPLE = 2_000;
const WARM_UP_CALLS = { limited: 1, unlimited: 100 };

function jobFor({ contender, conditions: { limited, recipients } }: Cell, sandboxUrl: string): Job {
	const calls = WARM_UP_CALLS[limited ? 'limited' : 'unlimited'];
	return {
		contender,
		sandboxUrl,
		limited,
		warmUp: { start: 0, end: contender === 'httpRequest' ? calls : calls * 20 },
		recipients: { start: WARM_UP_PEOPLE, end: WARM_UP_PEOPLE + recipients },
		httpRequestNode,
	};
}

async function startSandbox({ limited, latency, recipients }: Cell['conditions']) {
	const people = WARM_UP_PEOPLE + recipients;
	return await SandboxProcess.start({ people, latency, limited, recordCalls: false });
}

/** Measures one after the other, in turns when more than once, so that nothing else takes CPU time. */
export async function runInTurn(cells: Cell[], report: Report): Promise<Row[]> {
	if (cells.length === 0) return [];
	const measured = new Map<Cell, Figures[]>(cells.map((cell) => [cell, []]));
	const sandbox = await startSandbox(cells[0]!.conditions);
	try {
		const most = Math.max(...cells.map(({ times }) => times));
		for (let time = 0; time < most; time++) {
			for (const cell of cells.filter(({ times }) => time < times)) {
				report(`${describe(cell)}${cell.times > 1 ? `, ${time + 1} of ${cell.times}` : ''}`);
				const { go } = await startMeasured(jobFor(cell, sandbox.url));
				await sandbox.empty();
				const own = await go();
				const { cards, ...counted } = await sandbox.count();
				measured.get(cell)?.push({ ...own, ...counted, reached: cards });
			}
		}
	} finally {
		await sandbox.stop();
	}
	return cells.map((cell) => toRow(cell, measured.get(cell) as Figures[]));
}

/**
 * Measures all at the same time, each on a sandbox of its own: at the limit they mostly wait.
 * They begin together when all are ready, since getting ready takes CPU time.
 */
export async function runTogether(cells: Cell[], report: Report): Promise<Row[]> {
	const sandboxes: SandboxProcess[] = [];
	for (const cell of cells) report(`${describe(cell)}, at the same time as the next`);
	try {
		const ready = await Promise.all(
			cells.map(async (cell) => {
				const sandbox = await startSandbox(cell.conditions);
				sandboxes.push(sandbox);
				const { go } = await startMeasured(jobFor(cell, sandbox.url));
				return { cell, sandbox, go };
			}),
		);
		await Promise.all(sandboxes.map(async (sandbox) => await sandbox.empty()));
		return await Promise.all(
			ready.map(async ({ cell, sandbox, go }) => {
				const own = await go();
				const { cards, ...counted } = await sandbox.count();
				return toRow(cell, [{ ...own, ...counted, reached: cards }]);
			}),
		);
	} finally {
		await Promise.all(sandboxes.map(async (sandbox) => await sandbox.stop()));
	}
}

function describe({ contender, conditions: { limited, latency, recipients } }: Cell): string {
	return `limit ${limited ? 'on' : 'off'}, ${latency} ms, ${count(recipients)} recipients: ${TITLES[contender]}`;
}

function toRow(cell: Cell, measured: Figures[]): Row {
	const middle = (name: Exclude<keyof Figures, 'nodeRuns'>) =>
		median(measured.map((figures) => figures[name]));
	return {
		...cell,
		figures: {
			seconds: middle('seconds'),
			cpuSeconds: middle('cpuSeconds'),
			calls: middle('calls'),
			lookUps: middle('lookUps'),
			refused: middle('refused'),
			reached: middle('reached'),
			peakMemory: middle('peakMemory'),
			startedAt: measured[0]!.startedAt,
			endedAt: measured[0]!.endedAt,
			nodeRuns: measured[0]!.nodeRuns,
		},
	};
}
