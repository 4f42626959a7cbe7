// n8n logs every error of a node, which is not what is measured. Has to come before n8n-core.
import '../test/helpers/execution/quietLogs';

import { FeishuSandboxClient } from '../sandbox/feishu/src/client';
import type { OpenContender, Run } from './contenders/contender';
import { nodeRuns } from './contenders/nodeRuns';
import type { ContenderName, FromMeasured, Job, OwnFigures, ToMeasured } from './measurement';

/** Each contender is loaded on its own, so that no other's code is in the memory that is measured. */
const CONTENDERS: Record<ContenderName, () => Promise<OpenContender>> = {
	feishuFeed: async () => (await import('./contenders/n8nNodes')).openFeishuFeed,
	feishuFeedItems: async () => (await import('./contenders/n8nNodes')).openFeishuFeedItems,
	feishuFeedEmails: async () => (await import('./contenders/n8nNodes')).openFeishuFeedEmails,
	httpRequest: async () => (await import('./contenders/n8nNodes')).openHttpRequest,
	leastNode: async () => (await import('./contenders/n8nNodes')).openLeastNode,
	axiosLoop: async () => (await import('./contenders/axiosLoop')).openAxiosLoop,
	officialSdk: async () => (await import('./contenders/officialSdk')).openOfficialSdk,
};

/** Does one job in a process of its own, so that CPU time and memory are the contender's alone. */
async function main(job: Job): Promise<void> {
	const open = await CONTENDERS[job.contender]();
	const prepare = await open(job);
	const sandbox = new FeishuSandboxClient(job.sandboxUrl);
	const field = job.contender === 'feishuFeedEmails' ? 'email' : 'open_id';
	const recipients = async ({ start, end }: Job['recipients']) => {
		const people = await sandbox.people({ offset: start, limit: end - start, fields: [field] });
		return people.map((person) => person[field]);
	};
	const prepareAll = (people: string[]): Run => {
		if (!job.eachAlone) return prepare(people);
		const runs = people.map((person) => prepare([person]));
		return async () => {
			for (const run of runs) await run();
		};
	};
	await prepareAll(await recipients(job.warmUp))();
	const run = prepareAll(await recipients(job.recipients));
	await tell({ kind: 'ready' });
	await toldToGo();
	await tell({ kind: 'done', figures: await measure(run) });
	process.exit();
}

async function measure(run: () => Promise<void>): Promise<OwnFigures> {
	const startedAt = performance.timeOrigin + performance.now();
	const cpuBefore = process.cpuUsage();
	nodeRuns.length = 0;
	await run();
	const { user, system } = process.cpuUsage(cpuBefore);
	const endedAt = performance.timeOrigin + performance.now();
	return {
		seconds: (endedAt - startedAt) / 1000,
		cpuSeconds: (user + system) / 1e6,
		peakMemory: process.resourceUsage().maxRSS * 1024,
		startedAt,
		endedAt,
		nodeRuns,
	};
}

async function tell(message: FromMeasured): Promise<void> {
	await new Promise((resolve) => process.send?.(message, resolve));
}

async function toldToGo(): Promise<void> {
	await new Promise<void>((resolve) => {
		process.once('message', ({ kind }: ToMeasured) => kind === 'go' && resolve());
	});
}

process.once('disconnect', () => process.exit(1));
main(JSON.parse(process.argv[2]!) as Job).catch((error: Error) => {
	process.stderr.write(`${error.stack}\n`);
	process.exit(1);
});
