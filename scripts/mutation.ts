import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';

/**
 * The rooms of `nodes/shared`, each with the unit tests that hold it: all of them run again for every change, of which
 * a room has some hundred.
 */
const TESTS: Record<string, string> = {
	api: 'unit/{failedRecipients,failures,responses,secrets,tenantCredential}',
	delivery: 'unit/{batches,invalidIdRate,lookUps,outcome,Progress,retryBudget,retryPolicies}',
	description: 'unit/{descriptions,forms}',
	primitives: 'unit/{primitives,processState,waitUntil}',
	sendAndWait: 'unit/{resumeToken,waitingCard,waitingWorkflow}',
	validation: 'unit/{applink,cardFields,formValues,images,recognisePeople,validators}',
};

const ROOT = path.join(__dirname, '..');

/**
 * Changes the code of `nodes/shared` in one place after the other, and prints which changes no test noticed.
 *
 * @param places rooms, or files with or without lines (`nodes/shared/api/responses.ts:10-20`); all rooms by default
 */
function main(places: string[]): void {
	const all = Object.keys(TESTS).map((room) => `nodes/shared/${room}`);
	for (const place of places.length > 0 ? places : all) {
		const tests = TESTS[/^nodes\/shared\/(\w+)/.exec(place)?.[1] ?? ''];
		if (tests === undefined)
			throw new Error(`Give rooms of nodes/shared, or files in them: ${place}`);
		const file = path.join(ROOT, place.replace(/:.*/, ''));
		const changed = statSync(file).isDirectory() ? `${place}/**/*.ts` : place;
		const { status } = spawnSync('stryker', ['run', '--mutate', changed], {
			cwd: ROOT,
			stdio: 'inherit',
			shell: process.platform === 'win32',
			// Random tests draw the same cases for each change.
			env: { ...process.env, MUTATION_TESTS: tests, FAST_CHECK_SEED: '20261122' },
		});
		if (status !== 0) process.exitCode = 1;
	}
}

main(process.argv.slice(2));
