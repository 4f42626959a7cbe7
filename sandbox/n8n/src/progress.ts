const redrawEveryMilliseconds = 1000;

/** Writes a duration for people: `42 s`, `3 min 20 s`. */
export function formatSeconds(seconds: number): string {
	const whole = Math.round(seconds);
	return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** How far a piece of work is. */
export interface State {
	done: number;
	total: number;
	/** What is counted, such as `packages`. */
	unit: string;
}

/** Says how far a piece of work is, as often as it likes. */
export type Tell = (state: State | string) => void;

interface Task {
	name: string;
	/** In milliseconds since 1970. */
	started: number;
	state?: State | string;
	/** How many quarters of it have been told of where lines cannot be overwritten. */
	quartersTold: number;
}

/**
 * Tells how pieces of work get on that take long, several at the same time: on a terminal one line that counts, elsewhere
 * (a log, CI) a line at the start and for each quarter of what can be counted. Each piece ends with a line that stays.
 */
export class Progress {
	private readonly tasks = new Set<Task>();

	private redrawing: NodeJS.Timeout | undefined;

	constructor(
		private readonly output: Pick<
			NodeJS.WriteStream,
			'write' | 'isTTY' | 'columns'
		> = process.stdout,
	) {}

	/** Says something on a line of its own. */
	say(text: string): void {
		this.output.write(this.output.isTTY ? `\r\x1b[2K${text}\n` : `${text}\n`);
		this.redraw();
	}

	/**
	 * Does a piece of work, which may tell how far it is.
	 * @param name what is being done, such as `Installing n8n 2.40.7`
	 * @param signal ends it: it is then told of as stopped, not as failed
	 */
	async task<T>(name: string, work: (tell: Tell) => Promise<T>, signal?: AbortSignal): Promise<T> {
		const task: Task = { name, started: Date.now(), quartersTold: 0 };
		this.tasks.add(task);
		if (!this.output.isTTY) this.say(`${name} …`);
		this.redrawing ??= setInterval(() => this.redraw(), redrawEveryMilliseconds);
		this.redraw();
		const end = (outcome: string) => {
			this.tasks.delete(task);
			this.say(`${name}: ${outcome} (${elapsed(task)})`);
			if (this.tasks.size > 0) return;
			clearInterval(this.redrawing);
			this.redrawing = undefined;
		};
		try {
			const result = await work((state) => this.tell(task, state));
			end('done');
			return result;
		} catch (error) {
			end(signal?.aborted ? 'stopped' : 'failed');
			throw error;
		}
	}

	private tell(task: Task, state: State | string): void {
		task.state = state;
		if (this.output.isTTY || typeof state === 'string') return;
		const quarters = Math.floor((4 * state.done) / state.total);
		// The end has a line of its own.
		if (quarters <= task.quartersTold || quarters >= 4) return;
		task.quartersTold = quarters;
		this.say(`${describe(task)} (${elapsed(task)})`);
	}

	private redraw(): void {
		const [first] = this.tasks;
		if (!this.output.isTTY || first === undefined) return;
		const line = `${[...this.tasks].map(describe).join(' · ')} · ${elapsed(first)}`;
		// A line that wraps could not be overwritten.
		this.output.write(`\r\x1b[2K${line.slice(0, (this.output.columns ?? 80) - 1)}`);
	}
}

function describe({ name, state }: Task): string {
	if (state === undefined) return name;
	if (typeof state === 'string') return `${name}: ${state}`;
	const count = (number: number) => number.toLocaleString('en');
	return `${name}: ${count(state.done)} of ${count(state.total)} ${state.unit}`;
}

function elapsed({ started }: Task): string {
	return formatSeconds((Date.now() - started) / 1000);
}

/** Accounts for a time: each part of it begins where the one before ended, the first with the process. */
export class TimeAccount {
	private readonly parts: Array<{ name: string; seconds: number }> = [];

	private accounted = 0;

	/** @param clock the time since the process began, in milliseconds */
	constructor(private readonly clock: () => number = () => performance.now()) {}

	/** Ends a part. @param name what the time went into, such as `starting n8n` */
	end(name: string): void {
		// Whole seconds of the sum, not of each part: so the parts add up.
		const until = Math.round(this.clock() / 1000);
		this.parts.push({ name, seconds: until - this.accounted });
		this.accounted = until;
	}

	/** The whole time and its parts, without those that took no time: `40 s (25 s starting n8n, 15 s importing)`. */
	toString(): string {
		const parts = this.parts
			.filter(({ seconds }) => seconds > 0)
			.map(({ name, seconds }) => `${formatSeconds(seconds)} ${name}`);
		return `${formatSeconds(this.accounted)} (${parts.join(', ')})`;
	}
}

/**
 * Does pieces of work at the same time. When one fails, the others are told to end, and are waited for.
 * @param signal ends all of them
 * @throws what the first to fail threw
 */
export async function together(
	works: Array<(signal: AbortSignal) => Promise<void>>,
	signal?: AbortSignal,
): Promise<void> {
	const failing = new AbortController();
	const either = AbortSignal.any(signal ? [signal, failing.signal] : [failing.signal]);
	const failures: unknown[] = [];
	await Promise.all(
		works.map(async (work) => {
			try {
				await work(either);
			} catch (error) {
				failures.push(error);
				failing.abort();
			}
		}),
	);
	if (failures.length > 0) throw failures[0];
}
