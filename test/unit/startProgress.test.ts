import { Progress, TimeAccount, together } from '../../sandbox/n8n/src/progress';

let written: string;
const write = (text: string) => {
	written += text;
	return true;
};
const log = { write, isTTY: false, columns: 80 };
const terminal = { write, isTTY: true, columns: 40 };

/** What a terminal shows: each line as it was last overwritten. */
const shown = () =>
	written
		.split('\n')
		.map((line) => line.split('\r\x1b[2K').pop() ?? '')
		.filter((line) => line !== '');

beforeEach(() => {
	written = '';
	jest.useFakeTimers();
});

afterEach(() => jest.useRealTimers());

describe('Progress', () => {
	it('writes a line at the start and for each quarter into a log, however often it is told', async () => {
		await new Progress(log).task('Installing n8n', async (tell) => {
			for (let done = 0; done <= 1000; done++) {
				jest.advanceTimersByTime(100);
				tell({ done, total: 1000, unit: 'packages' });
			}
		});
		expect(written).toBe(
			[
				'Installing n8n …',
				'Installing n8n: 250 of 1,000 packages (25 s)',
				'Installing n8n: 500 of 1,000 packages (50 s)',
				'Installing n8n: 750 of 1,000 packages (1 min 15 s)',
				'Installing n8n: done (1 min 40 s)',
				'',
			].join('\n'),
		);
	});

	it('counts on one line of a terminal, for pieces of work that run at the same time', async () => {
		const progress = new Progress(terminal);
		let finishBuild = () => {};
		let finishInstallation = () => {};
		const build = progress.task('Build', async () => {
			await new Promise<void>((resolve) => (finishBuild = resolve));
		});
		const installation = progress.task('n8n', async (tell) => {
			tell({ done: 7, total: 2206, unit: 'packages' });
			await new Promise<void>((resolve) => (finishInstallation = resolve));
		});
		await jest.advanceTimersByTimeAsync(2000);
		expect(shown()).toEqual(['Build · n8n: 7 of 2,206 packages · 2 s']);
		finishBuild();
		await build;
		expect(shown()).toEqual(['Build: done (2 s)', 'n8n: 7 of 2,206 packages · 2 s']);
		progress.say('Something else.');
		finishInstallation();
		await installation;
		expect(shown()).toEqual(['Build: done (2 s)', 'Something else.', 'n8n: done (2 s)']);
		expect(jest.getTimerCount()).toBe(0);
	});

	it('cuts what would wrap', async () => {
		await new Progress(terminal).task('x'.repeat(100), async () => {});
		expect(written).toContain(`\r\x1b[2K${'x'.repeat(39)}\r`);
	});

	it('says that a piece of work failed', async () => {
		const work = new Progress(log).task('Build', async () => {
			throw new Error('Broken');
		});
		await expect(work).rejects.toThrow('Broken');
		expect(written).toBe('Build …\nBuild: failed (0 s)\n');
	});

	it('says that a piece of work was stopped, not that it failed', async () => {
		const stopping = new AbortController();
		const work = new Progress(log).task(
			'Build',
			async () => {
				stopping.abort();
				throw new Error('Ended');
			},
			stopping.signal,
		);
		await expect(work).rejects.toThrow('Ended');
		expect(written).toBe('Build …\nBuild: stopped (0 s)\n');
	});
});

describe('TimeAccount', () => {
	it('accounts for the whole time in parts that add up', () => {
		let now = 0;
		const time = new TimeAccount(() => now);
		for (const [name, milliseconds] of [
			['installing', 184_400],
			['checking', 300],
			['starting n8n', 22_400],
			['importing', 3_400],
		] as const) {
			now += milliseconds;
			time.end(name);
		}
		expect(String(time)).toBe(
			'3 min 31 s (3 min 4 s installing, 1 s checking, 22 s starting n8n, 4 s importing)',
		);
	});
});

describe('together', () => {
	it('ends the others when one fails, and throws what that one threw', async () => {
		let others = 0;
		const untilEnded = async (signal: AbortSignal) =>
			await new Promise<void>((_, reject) => {
				signal.addEventListener('abort', () => {
					others++;
					reject(new Error('Ended'));
				});
			});
		const fail = async () => {
			throw new Error('Broken');
		};
		await expect(together([untilEnded, fail, untilEnded])).rejects.toThrow('Broken');
		expect(others).toBe(2);
	});

	it('ends all of them on request', async () => {
		const stopping = new AbortController();
		const ended: boolean[] = [];
		const work = async (signal: AbortSignal) =>
			await new Promise<void>((resolve) => {
				signal.addEventListener('abort', () => {
					ended.push(true);
					resolve();
				});
			});
		const all = together([work, work], stopping.signal);
		stopping.abort();
		await all;
		expect(ended).toEqual([true, true]);
	});
});
