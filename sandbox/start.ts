/**
 * `npm start`: a Feishu, a scripted model and an n8n on this machine, with this package installed and scenarios to walk through, until
 * Ctrl-C. The environment may name other ports (N8N_PORT, FEISHU_SANDBOX_PORT) and another folder for n8n's data
 * (N8N_USER_FOLDER). `--no-open` opens no browser.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { detectPort } from 'detect-port';

import { startFeishuSandbox, type FeishuSandbox } from './feishu/src';
import {
	defaultUserFolder,
	installPackage,
	lastLines,
	N8nSession,
	ownerAccountOf,
	packPackage,
	Progress,
	startN8n,
	TimeAccount,
	type RunningN8n,
} from './n8n/src';
import { startScriptedModel, type ScriptedModel } from './model';
import { openInBrowser } from './openInBrowser';
import { prepare } from './prepare';
import { importScenarios } from './scenarios';

const { N8N_PORT, FEISHU_SANDBOX_PORT, N8N_USER_FOLDER } = process.env;
const wantedPorts = { n8n: Number(N8N_PORT ?? 5678), feishu: Number(FEISHU_SANDBOX_PORT ?? 3000) };
const userFolder = resolve(N8N_USER_FOLDER ?? defaultUserFolder);
const logFile = join(userFolder, 'n8n.log');
const processFile = join(userFolder, 'start.pid');

let feishu: FeishuSandbox | undefined;
let model: ScriptedModel | undefined;
let n8n: RunningN8n | undefined;
const stopping = new AbortController();
const progress = new Progress();

/** Gives the wanted port, or says that another one is taken instead. */
async function choosePort(wanted: number, user: string): Promise<number> {
	const port = await detectPort(wanted);
	if (port !== wanted) console.log(`Port ${wanted} is in use: ${user} takes ${port} instead.`);
	return port;
}

/** Two n8n on one folder would spoil each other's data. */
function refuseSecondStart(): void {
	if (existsSync(processFile)) {
		const processId = Number(readFileSync(processFile, 'utf8'));
		try {
			process.kill(processId, 0);
		} catch {
			return;
		}
		throw new Error(
			`"npm start" already runs here, as process ${processId}. Stop it there with Ctrl-C, or with ` +
				`"kill ${processId}". If that is no such process, delete ${processFile}.`,
		);
	}
}

async function installPackedPackage(): Promise<void> {
	const tarballs = join(userFolder, 'tarballs');
	mkdirSync(tarballs, { recursive: true });
	const packed = await packPackage(tarballs);
	if (await installPackage(userFolder, packed)) {
		progress.say(`Installed ${packed.name} ${packed.version} into n8n.`);
	}
}

async function start(): Promise<void> {
	const time = new TimeAccount();
	mkdirSync(userFolder, { recursive: true });
	refuseSecondStart();
	writeFileSync(processFile, String(process.pid));
	process.once('exit', () => rmSync(processFile, { force: true }));

	await prepare(progress, stopping.signal);
	time.end('installing and building');
	await installPackedPackage();
	time.end('putting the package into n8n');
	const owner = ownerAccountOf(userFolder);
	feishu = await startFeishuSandbox({
		port: await choosePort(wantedPorts.feishu, "the sandbox's Feishu"),
	});
	model = await startScriptedModel();
	const port = await choosePort(wantedPorts.n8n, 'n8n');
	rmSync(logFile, { force: true });
	n8n = await progress.task(
		'Starting n8n',
		async () => await startN8n({ userFolder, port, owner, logFile, signal: stopping.signal }),
		stopping.signal,
	);
	time.end('starting n8n');
	const { url } = n8n;
	void n8n.ended.then((reason) => {
		if (stopping.signal.aborted) return;
		console.error(
			`\n${reason}. The last lines of its log (${logFile}):\n${lastLines(n8n!.readLog())}`,
		);
		process.exitCode = 1;
		void stop();
	});
	const session = await N8nSession.signIn(url, owner);
	const remarks = await importScenarios({
		session,
		n8nUrl: url,
		owner,
		feishuUrl: feishu.url,
		modelUrl: model.baseUrl,
		recordFile: join(userFolder, 'imported.json'),
	});
	for (const remark of remarks) console.log(remark);
	time.end('importing the workflows');
	console.log(`
Ready after ${time}. Begin here:

  ${feishu.url}

It leads to the scenarios, to people's message lists and to n8n:

  n8n       ${url}
            e-mail    ${owner.email}
            password  ${owner.password}

Stop everything with Ctrl-C.`);
	if (!process.argv.includes('--no-open')) openInBrowser(feishu.url);
}

async function stop(): Promise<void> {
	if (stopping.signal.aborted) return;
	stopping.abort();
	await starting.catch(() => undefined);
	await n8n?.stop();
	await model?.close();
	await feishu?.close();
	process.exit();
}

function stopOnRequest(): void {
	if (!stopping.signal.aborted) console.log('\nStopping n8n and Feishu …');
	void stop();
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stopOnRequest);
// The terminal may be gone by the time that we say goodbye.
process.stdout.on('error', () => undefined);

// npm ended by a signal leaves its script running, with another parent.
const parentAtStart = process.ppid;
if (process.env.npm_lifecycle_event === 'start') {
	setInterval(() => process.ppid !== parentAtStart && stopOnRequest(), 500).unref();
}

const starting = start();
starting.catch(async (error: Error) => {
	if (stopping.signal.aborted) return;
	console.error(`\n${error.message}`);
	process.exitCode = 1;
	await stop();
});
