import { describeInstallation, installN8n } from './installN8n';
import { Progress } from './progress';

/** `npm run install:n8n`: what `npm start` and the end-to-end tests do first, for those who want it done early. */
async function install(): Promise<void> {
	const progress = new Progress();
	const installation = describeInstallation();
	if (installation) progress.say(`Installing ${installation}.`);
	await installN8n(progress);
}

install().catch((error: Error) => {
	console.error(error.message);
	process.exitCode = 1;
});
