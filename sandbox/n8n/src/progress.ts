const reportEverySeconds = { terminal: 1, file: 15 };

/** Writes a duration for people: `42 s`, `3 min 20 s`. */
export function formatSeconds(seconds: number): string {
	const whole = Math.round(seconds);
	return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/**
 * Does a piece of work that takes long while telling what is done and for how long: a line that counts on a
 * terminal, a line every 15 seconds elsewhere (a log, CI).
 * @param title what is being done, such as `Installing n8n 2.40.7`
 * @param expectation how long it usually takes, such as `usually 3 to 5 minutes`; left out where it is short
 */
export async function withProgress<T>(
	title: string,
	expectation: string | undefined,
	work: () => Promise<T>,
): Promise<T> {
	const { stdout } = process;
	const started = Date.now();
	const elapsed = () => formatSeconds((Date.now() - started) / 1000);
	const announcement = expectation ? `${title} (${expectation}) …` : `${title} …`;
	const overwrite = (text: string) => stdout.write(`\r\x1b[2K${text}`);

	if (stdout.isTTY) overwrite(announcement);
	else stdout.write(`${announcement}\n`);
	const timer = setInterval(
		() => {
			if (stdout.isTTY) overwrite(`${announcement} ${elapsed()}`);
			else stdout.write(`  … ${elapsed()}\n`);
		},
		1000 * (stdout.isTTY ? reportEverySeconds.terminal : reportEverySeconds.file),
	);
	const finish = (outcome: string) => {
		clearInterval(timer);
		const line = `${title}: ${outcome} (${elapsed()})\n`;
		if (stdout.isTTY) overwrite(line);
		else stdout.write(line);
	};
	try {
		const result = await work();
		finish('done');
		return result;
	} catch (error) {
		finish('failed');
		throw error;
	}
}
