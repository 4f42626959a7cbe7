import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * The unit tests that hold a file of `nodes/shared`, where they are not the one of its name alone. All of them are
 * loaded for each change, of which a file has up to some hundred, so these are few and fast.
 */
const TESTS: Record<string, string[]> = {
	'api/errorCodes.ts': ['responses'],
	'api/openClient.ts': ['FeishuClient'],
	'api/responses.ts': ['responses', 'failedRecipients'],
	'delivery/AddressLookUps.ts': ['findAddresses'],
	'delivery/batches.ts': ['batches', 'assignBusinessIds', 'deliver'],
	'delivery/callWithRetries.ts': ['openCalls', 'deliver'],
	'delivery/firstAhead.ts': ['retryBudget'],
	'delivery/lookUps.ts': ['lookUps', 'findAddresses'],
	'delivery/Pacer.ts': ['Pacer', 'sharedLimit'],
	'delivery/resolved.ts': ['resolved', 'resolveRecipients'],
	'delivery/retryPolicies.ts': ['retryPolicies', 'deliver'],
	'delivery/RunState.ts': ['retryBudget', 'deliver', 'openCalls'],
	'description/noopWebhookMethods.ts': ['descriptions'],
	'primitives/atMostAtOnce.ts': ['primitives'],
	'primitives/constantTimeEqual.ts': ['primitives'],
	'primitives/ExpiringCache.ts': ['primitives'],
	'primitives/forEachAtOnce.ts': ['primitives'],
	'primitives/json.ts': ['primitives'],
	'primitives/n8nVersion.ts': ['primitives'],
	'primitives/onAbort.ts': ['primitives'],
	'primitives/shortened.ts': ['primitives'],
	'sendAndWait/resumeToken.ts': ['resumeToken', 'resumeExecution', 'receiveResponse'],
	'sendAndWait/waitingCard.ts': ['waitingCard', 'waitingPlan', 'receiveResponse'],
	'sendAndWait/waitingState.ts': ['receiveResponse'],
	'validation/buttons.ts': ['buttons', 'workflows'],
	'validation/cardFields.ts': [
		'cardFields',
		'applink',
		'payloadTypes',
		'readOperations',
		'anyJson',
	],
	'validation/InvalidField.ts': ['validators', 'anyJson'],
	'validation/validators.ts': ['validators', 'cardFields'],
};

/** Files without code that a test runs: types, constants, forms, and what opens n8n's parts for others. */
const WITHOUT_TESTS = [
	'api/payloads.ts',
	'delivery/DeliveryOptions.ts',
	'delivery/openRun.ts',
	'description/actionValueFields.ts',
	'description/lengthHint.ts',
	'description/shownWhen.ts',
	'sendAndWait/texts.ts',
];

const ROOT = path.join(__dirname, '..');
const SHARED = 'nodes/shared';
/** The least mutation score, in percent. */
const LEAST_SCORE = 80;

/** What the tests noticed of the changes to a file. */
interface Measured {
	file: string;
	changes: number;
	/** Changes with which a test failed. */
	killed: number;
	/** Changes with which the tests did not come to an end. */
	timedOut: number;
}

/** What is used of Stryker's report. */
interface Report {
	files: Record<string, { mutants: Array<{ status: string }> }>;
}

/**
 * Changes the code of `nodes/shared` in one place after the other, and prints which changes no test noticed, and a
 * table of them all. It fails when the mutation score is too low.
 *
 * @param places files with or without lines (`nodes/shared/api/responses.ts:10-20`); all files by default
 */
function main(places: string[]): void {
	const folder = mkdtempSync(path.join(tmpdir(), 'mutation-report-'));
	const measured: Measured[] = [];
	try {
		for (const place of places.length > 0 ? places : allFiles()) {
			const [, file] = new RegExp(`^${SHARED}/(\\w+/\\w+\\.ts)`).exec(place) ?? [];
			if (file === undefined) throw new Error(`Give files of ${SHARED}: ${place}`);
			measured.push(measure(place, file, path.join(folder, 'report.json')));
		}
	} finally {
		rmSync(folder, { recursive: true });
	}
	const score = print(measured);
	if (score < LEAST_SCORE) process.exitCode = 1;
}

function measure(place: string, file: string, reportFile: string): Measured {
	const { error, status } = spawnSync('stryker', ['run', '--mutate', place], {
		cwd: ROOT,
		stdio: 'inherit',
		shell: process.platform === 'win32',
		env: {
			...process.env,
			MUTATION_TESTS: testsOf(file).join(),
			MUTATION_REPORT: reportFile,
			// Random tests draw the same cases for each change.
			FAST_CHECK_SEED: '20261122',
		},
	});
	if (error) throw error;
	if (status !== 0) throw new Error(`Stryker could not measure ${file}`);
	const report = JSON.parse(readFileSync(reportFile, 'utf8')) as Report;
	const statuses = Object.values(report.files).flatMap(({ mutants }) =>
		mutants.map(({ status: one }) => one),
	);
	const count = (...wanted: string[]) => statuses.filter((one) => wanted.includes(one)).length;
	return {
		file,
		// Others are not valid TypeScript, or texts for people.
		changes: count('Killed', 'Timeout', 'Survived', 'NoCoverage'),
		killed: count('Killed'),
		timedOut: count('Timeout'),
	};
}

/**
 * Prints a table.
 *
 * @returns the mutation score as Stryker has it: how many of 100 changes the tests noticed, in one way or the other
 */
function print(measured: Measured[]): number {
	const sum = (of: (one: Measured) => number) =>
		measured.reduce((total, one) => total + of(one), 0);
	const total: Measured = {
		file: 'Total',
		changes: sum(({ changes }) => changes),
		killed: sum(({ killed }) => killed),
		timedOut: sum(({ timedOut }) => timedOut),
	};
	console.log(
		`| File in \`${SHARED}\` | Changes | Killed | Timed out |\n| --- | --- | --- | --- |`,
	);
	for (const { file, changes, killed, timedOut } of [...measured, total]) {
		const name = file === total.file ? file : `\`${file}\``;
		console.log(`| ${name} | ${changes} | ${killed} | ${timedOut} |`);
	}
	const percent = (changes: number) => (100 * changes) / total.changes;
	const score = percent(total.killed + total.timedOut);
	console.log(
		`\n${percent(total.killed).toFixed(1)} % of the changes made a test fail. Mutation score, with those that timed out: ${score.toFixed(1)} %`,
	);
	return score;
}

function testsOf(file: string): string[] {
	const given = TESTS[file];
	if (given !== undefined) return given;
	const ofItsName = `${path.basename(file, '.ts')}.test.ts`.toLowerCase();
	const found = readdirSync(path.join(ROOT, 'test/unit')).find(
		(name) => name.toLowerCase() === ofItsName,
	);
	if (found === undefined) throw new Error(`Name the tests of ${file} in scripts/mutation.ts`);
	return [path.basename(found, '.test.ts')];
}

function allFiles(): string[] {
	return readdirSync(path.join(ROOT, SHARED), { recursive: true, encoding: 'utf8' })
		.map((file) => file.split(path.sep).join('/'))
		.filter((file) => file.endsWith('.ts') && !WITHOUT_TESTS.includes(file))
		.sort()
		.map((file) => `${SHARED}/${file}`);
}

main(process.argv.slice(2));
