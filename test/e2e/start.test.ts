import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { FeishuSandboxClient } from '../../sandbox/feishu/src';
import { checkoutFolder, N8nSession, type OwnerAccount } from '../../sandbox/n8n/src';
import { PEOPLE } from '../../sandbox/scenarios';
import { launchChromium, newPage } from '../helpers/e2e/browser';
import { expect, PATIENCE } from '../helpers/e2e/expect';
import { FeedPage } from '../helpers/e2e/FeedPage';
import { freePort } from '../helpers/e2e/freePort';

/** "npm start" in a terminal of its own, and what it has printed. */
interface Start {
	npm: ChildProcess;
	printed(): string;
	/** Settles with npm's exit code. */
	ended: Promise<number | null>;
}

let userFolder: string;
/** Ports that are wanted: the usual ones may be in use on this machine. */
let ports: { N8N_PORT: string; FEISHU_SANDBOX_PORT: string };
const starts: Start[] = [];

beforeAll(() => {
	userFolder = mkdtempSync(join(tmpdir(), 'feishu-feed-start-'));
});

afterAll(async () => {
	for (const { npm, ended } of starts) {
		if (npm.exitCode === null && npm.signalCode === null) process.kill(-npm.pid!, 'SIGTERM');
		await ended;
	}
	rmSync(userFolder, { recursive: true, force: true });
});

function npmStart(): Start {
	const npm = spawn('npm', ['start'], {
		cwd: checkoutFolder,
		env: { ...process.env, ...ports, N8N_USER_FOLDER: userFolder },
		// As a terminal does it: Ctrl-C goes to all of this group.
		detached: true,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let text = '';
	for (const stream of [npm.stdout, npm.stderr]) {
		stream.setEncoding('utf8').on('data', (more: string) => (text += more));
	}
	const ended = new Promise<number | null>((resolve) => npm.once('close', resolve));
	const start = { npm, printed: () => text, ended };
	starts.push(start);
	return start;
}

async function waitFor(start: Start, pattern: RegExp): Promise<void> {
	const giveUpAt = Date.now() + 240_000;
	while (!pattern.test(start.printed())) {
		if (Date.now() > giveUpAt || start.npm.exitCode !== null) {
			throw new Error(`"npm start" did not print ${pattern}, but:\n${start.printed()}`);
		}
		await sleep(50);
	}
}

function readPrinted(start: Start): { n8n: string; feishu: string; owner: OwnerAccount } {
	const find = (pattern: RegExp) => pattern.exec(start.printed())?.[1] ?? '';
	return {
		n8n: find(/n8n +(http:\S+)/),
		feishu: find(/Begin here:\s+(http:\S+)/),
		owner: { email: find(/e-mail +(\S+)/), password: find(/password +(\S+)/) } as OwnerAccount,
	};
}

async function isServed(url: string): Promise<boolean> {
	return await fetch(url).then(
		() => true,
		() => false,
	);
}

/** Takes a free port and holds it. */
async function hold(): Promise<{ server: Server; port: number }> {
	const server = createServer();
	const port = await freePort();
	await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
	return { server, port };
}

async function signIn(start: Start): Promise<N8nSession> {
	const { n8n, owner } = readPrinted(start);
	return await N8nSession.signIn(n8n, owner);
}

/** Goes from the printed address to a scenario, as its user would, and presses a button on a card. */
async function walkThrough(start: Start): Promise<void> {
	const { feishu, n8n } = readPrinted(start);
	// How fast n8n answers a press is measured elsewhere: here nothing depends on the machine.
	const callbacks = { answerTimeout: PATIENCE / 1000 };
	await new FeishuSandboxClient(feishu).changeSettings({ callbacks });
	const browser = await launchChromium();
	try {
		const page = await newPage(browser);
		await page.goto(feishu);
		const card = page.locator('[data-testid="scenario-card"][data-id="attendance"]');
		const canvas = await card.locator('[data-testid="scenario-workflow"]').getAttribute('href');
		expect(canvas).toMatch(`${n8n}/workflow/`);
		await card.locator('[data-testid="scenario-feed"]').click();
		const feed = new FeedPage(page);
		await feed.trigger('shift');
		await feed.press(PEOPLE.yangLei, 'attendance-', 'Clock in', 'Clocked in');
		await feed.seesCard(PEOPLE.yangLei, 'attendance-', { pinned: false, label: 'success' });
	} finally {
		await browser.close();
	}
}

describe('npm start', () => {
	let password: string;
	let workflowId: string;

	it('takes free ports where the usual ones are in use, and prints what is needed', async () => {
		const held = { n8n: await hold(), feishu: await hold() };
		ports = { N8N_PORT: String(held.n8n.port), FEISHU_SANDBOX_PORT: String(held.feishu.port) };
		try {
			const start = npmStart();
			await waitFor(start, /Stop everything with Ctrl-C/);
			const { n8n, feishu, owner } = readPrinted(start);
			password = owner.password;
			expect(start.printed()).toContain(`Port ${ports.N8N_PORT} is in use: n8n takes`);
			expect(start.printed()).toContain(`Port ${ports.FEISHU_SANDBOX_PORT} is in use: `);
			expect(n8n).not.toMatch(ports.N8N_PORT);
			expect(feishu).not.toMatch(ports.FEISHU_SANDBOX_PORT);

			const session = await signIn(start);
			expect((await session.communityPackages()).map(({ packageName }) => packageName)).toEqual([
				'n8n-nodes-feishu-feed',
			]);
			const people = await new FeishuSandboxClient(feishu).people();
			expect(people.length).toBeGreaterThanOrEqual(300);

			const workflows = await session.workflows();
			const first = workflows.find(({ name }) => name.startsWith('First card'));
			workflowId = first?.id ?? '';
			const workflow = await session.findWorkflow(workflowId);
			await session.updateWorkflow(workflowId, { ...workflow!, name: 'Mine now' });
		} finally {
			for (const { server } of Object.values(held)) server.close();
		}
	});

	it('leads from the address that it prints to a pressed button', async () => {
		await walkThrough(starts[0] as Start);
	});

	it('does not start twice on the same data', async () => {
		const { ended, printed } = npmStart();
		expect(await ended).not.toBe(0);
		expect(printed()).toMatch(/already runs here, as process \d+/);
	});

	it('leaves nothing behind when npm is told to end', async () => {
		const [start] = starts as [Start];
		const { n8n, feishu } = readPrinted(start);
		process.kill(start.npm.pid!, 'SIGTERM');
		await start.ended;
		// What npm started ends after npm.
		await expect.poll(() => isServed(n8n)).toBe(false);
		await expect.poll(() => isServed(feishu)).toBe(false);
	});

	it('starts again in seconds, with the same login, the edited workflow and triggers that work, and stops on Ctrl-C', async () => {
		const started = Date.now();
		const start = npmStart();
		await waitFor(start, /Stop everything with Ctrl-C/);
		console.log(`A second "npm start" was ready after ${(Date.now() - started) / 1000} s.`);
		const { n8n, feishu, owner } = readPrinted(start);
		expect(n8n).toMatch(ports.N8N_PORT);
		expect(owner.password).toBe(password);
		const session = await signIn(start);
		expect((await session.findWorkflow(workflowId))?.name).toBe('Mine now');
		const files = readdirSync(join(checkoutFolder, 'workflows'));
		expect(await session.workflows()).toHaveLength(files.length);
		// Feishu has moved to the port that was in use: the triggers are connected to it again.
		await walkThrough(start);

		process.kill(-start.npm.pid!, 'SIGINT');
		await start.ended;
		expect(await isServed(n8n)).toBe(false);
		expect(await isServed(feishu)).toBe(false);
	});

	it('stops at once when it is interrupted while n8n starts', async () => {
		const start = npmStart();
		await waitFor(start, /Starting n8n/);
		await sleep(1000);
		process.kill(-start.npm.pid!, 'SIGINT');
		await start.ended;
		expect(start.printed()).not.toMatch(/Ready after/);
		const next = npmStart();
		await waitFor(next, /Stop everything with Ctrl-C/);
		process.kill(-next.npm.pid!, 'SIGINT');
		await next.ended;
	});
});
