import { spawn } from 'node:child_process';

const linesShownOnFailure = 30;
const killAfterSeconds = 3;

/** A command that could not be started, or that ended with another code than 0. */
export class CommandFailedError extends Error {
	override name = 'CommandFailedError';

	/** @param command what was run, with its arguments @param output all that it printed */
	constructor(
		readonly command: string,
		readonly exitCode: number | null,
		readonly output: string,
	) {
		const lastLines = output.trimEnd().split('\n').slice(-linesShownOnFailure).join('\n');
		super(`"${command}" ended with code ${exitCode}. Its last lines:\n${lastLines}`);
	}
}

function endGroup(leader: number | undefined, signal: NodeJS.Signals): void {
	if (leader === undefined) return;
	try {
		process.kill(-leader, signal);
	} catch {
		// All of it has ended by itself.
	}
}

/**
 * Runs a command without a shell, quietly, and gives what it wrote to its standard output.
 * @param options.signal ends the command and all that it started
 * @throws {CommandFailedError} with the last lines that it printed
 */
export async function runCommand(
	file: string,
	args: string[],
	options: { cwd: string; signal?: AbortSignal },
): Promise<string> {
	return await new Promise((resolve, reject) => {
		const command = [file, ...args].join(' ');
		const child = spawn(file, args, {
			cwd: options.cwd,
			stdio: ['ignore', 'pipe', 'pipe'],
			// A group of its own, so that what npm starts ends with it.
			detached: true,
		});
		let killing: NodeJS.Timeout | undefined;
		const end = () => {
			endGroup(child.pid, 'SIGTERM');
			// npm finishes what it is at first, which may take minutes.
			killing = setTimeout(() => endGroup(child.pid, 'SIGKILL'), killAfterSeconds * 1000);
		};
		if (options.signal?.aborted) end();
		options.signal?.addEventListener('abort', end, { once: true });
		let standardOutput = '';
		let everything = '';
		child.stdout.setEncoding('utf8').on('data', (text: string) => {
			standardOutput += text;
			everything += text;
		});
		child.stderr.setEncoding('utf8').on('data', (text: string) => {
			everything += text;
		});
		child.once('error', (error) => reject(new CommandFailedError(command, null, String(error))));
		child.once('close', (code) => {
			clearTimeout(killing);
			options.signal?.removeEventListener('abort', end);
			if (code === 0) resolve(standardOutput);
			else reject(new CommandFailedError(command, code, everything));
		});
	});
}
