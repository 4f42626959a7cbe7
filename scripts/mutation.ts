import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';

/**
 * The rooms of `nodes/shared`, each with the unit tests that hold it: for every change, of which a room has some
 * hundred, those of them run again that reach it.
 */
const TESTS_BY_ROOM: Record<string, string[]> = {
	api: unit(
		'anyJson',
		'appKeys',
		'assignBusinessIds',
		'downloadFile',
		'endpoints',
		'failedRecipients',
		'failures',
		'FeishuClient',
		'payloadTypes',
		'readOperations',
		'responses',
		'secretRequest',
		'secrets',
		'tenantCredential',
		'testCredential',
	),
	delivery: unit(
		'assignBusinessIds',
		'batches',
		'invalidIdRate',
		'lookUps',
		'outcome',
		'Pacer',
		'Progress',
		'retryBudget',
		'retryPolicies',
		'sharedLimit',
	),
	description: unit('descriptions', 'forms', 'pickerFields'),
	primitives: unit('primitives', 'processState', 'waitUntil'),
	sendAndWait: unit(
		'anyJson',
		'receiveResponse',
		'resumeExecution',
		'resumeToken',
		'waitingCard',
		'waitingPlan',
		'waitingWorkflow',
	),
	validation: unit(
		'anyJson',
		'applink',
		'buttons',
		'cardFields',
		'formValues',
		'images',
		'payloadTypes',
		'readOperations',
		'recognisePeople',
		'validators',
		'workflows',
	),
};

/** Files that tests of the nodes in n8n's engine hold, each with the fast ones of these that reach most of it. */
const TESTS_BY_FILE: Record<string, string[]> = {
	'delivery/AddressLookUps.ts': execution('getIds', 'lookUps'),
	'delivery/callWithRetries.ts': execution('getManyChats', 'results', 'uploadImage'),
	'delivery/collectPages.ts': execution('getManyChats', 'lookUps', 'wholeCollections'),
	'delivery/deliver.ts': execution('mixedContents', 'recipients', 'results'),
	'delivery/findAddresses.ts': execution('getIds', 'lookUps', 'workflowRecipients'),
	'delivery/findMembers.ts': execution('lookUps', 'wholeCollections', 'workflowRecipients'),
	'delivery/openCalls.ts': execution('getIds', 'getManyChats', 'uploadImage'),
	'delivery/openRun.ts': execution('recipients', 'results'),
	'delivery/resolveRecipients.ts': execution('lookUps', 'recipients', 'workflowRecipients'),
	'delivery/resolved.ts': execution('lookUps', 'recipients', 'workflowRecipients'),
	'delivery/sendToRecipients.ts': execution('mixedContents', 'recipients', 'results'),
	'delivery/uploadImage.ts': execution('uploadImage'),
	'validation/buttons.ts': execution('badInput', 'createCards', 'lengthLimits'),
};

const ROOT = path.join(__dirname, '..');

function unit(...names: string[]): string[] {
	return names.map((name) => `unit/${name}`);
}

function execution(...names: string[]): string[] {
	return names.map((name) => `execution/${name}`);
}

/**
 * Changes the code of `nodes/shared` in one place after the other, and prints which changes no test noticed.
 *
 * @param places files with or without lines (`nodes/shared/api/responses.ts:10-20`); all files by default
 */
function main(places: string[]): void {
	for (const place of places.length > 0 ? places : allFiles()) {
		const [, room = '', file = ''] = /^nodes\/shared\/(\w+)\/(\w+\.ts)/.exec(place) ?? [];
		const ofRoom = TESTS_BY_ROOM[room];
		if (ofRoom === undefined) throw new Error(`Give files of nodes/shared: ${place}`);
		const tests = [...ofRoom, ...(TESTS_BY_FILE[`${room}/${file}`] ?? [])];
		const { error, status } = spawnSync('stryker', ['run', '--mutate', place], {
			cwd: ROOT,
			stdio: 'inherit',
			shell: process.platform === 'win32',
			// Random tests draw the same cases for each change.
			env: { ...process.env, MUTATION_TESTS: tests.join(), FAST_CHECK_SEED: '20261122' },
		});
		if (error) throw error;
		if (status !== 0) process.exitCode = 1;
	}
}

function allFiles(): string[] {
	return Object.keys(TESTS_BY_ROOM).flatMap((room) =>
		readdirSync(path.join(ROOT, 'nodes/shared', room)).map(
			(file) => `nodes/shared/${room}/${file}`,
		),
	);
}

main(process.argv.slice(2));
