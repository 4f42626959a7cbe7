import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import type { Fault, FaultOptions, OperationName } from '../../../feishu/src/client';
import { type Translate, useLanguage } from '../appearance/language';
import type { TextKey } from '../appearance/texts';
import { Icon } from '../icons';
import { sandbox } from '../sandbox/api';
import { type Wire, wire } from '../sandbox/wire';
import { showToast } from '../shell/Toast';
import { useStore } from '../store';

/** What the knobs concern: the calls that change message lists. */
const FEED_OPERATIONS: OperationName[] = [
	'appFeedCard.create',
	'appFeedCardBatch.update',
	'appFeedCardBatch.delete',
	'chatButton.update',
	'feedCard.patch',
	'feedCard.botTimeSentive',
];

/** Seconds to choose from for slow answers. */
const LATENCIES = [0, 1, 3, 10];

const LIMITED: FaultOptions = { kind: 'tooManyRequests', operation: FEED_OPERATIONS, every: 2 };

const FAILURES: ReadonlyArray<{ name: TextKey; options: FaultOptions }> = [
	{ name: 'failServerError', options: { kind: 'serverError' } },
	{ name: 'failBadGateway', options: { kind: 'badGateway' } },
	{ name: 'failDropped', options: { kind: 'dropped' } },
	{ name: 'failSilence', options: { kind: 'silence', seconds: 10 } },
	{ name: 'failMissingScope', options: { kind: 'missingScope' } },
	{ name: 'failRecipients', options: { kind: 'recipientReason' } },
];

/** The faults that can still happen: one that has happened often enough is over. */
export function activeFaults({ faults }: Wire): Fault[] {
	return faults.filter(
		({ kind, times, done }) =>
			// For recipients it is counted for each of them.
			kind === 'recipientReason' || times === undefined || done < times,
	);
}

/** How many kinds of misbehaviour are on. */
export function countMisbehaviour(state: Wire): number {
	return activeFaults(state).length + (state.settings?.latency ? 1 : 0);
}

/** Does it, and says so when it failed. */
async function attempt(action: Promise<unknown>, t: Translate): Promise<void> {
	try {
		await action;
	} catch (error) {
		showToast({
			type: 'error',
			text: t('actionFailed', { message: (error as Error).message }),
		});
	}
}

/** Switches that have the sandbox misbehave, and what is on now. */
export function Knobs(): JSX.Element {
	const { t } = useLanguage();
	const state = useStore(wire, (value) => value);
	const [isOpen, setOpen] = useState(false);
	const latency = (state.settings?.latency ?? 0) / 1000;
	const active = activeFaults(state);
	const limiting = active.find(isLimiting);
	const count = countMisbehaviour(state);
	const isMisbehaving = count > 0;
	// What is on must be seen; it is for the user to close it.
	useEffect(() => {
		if (isMisbehaving) setOpen(true);
	}, [isMisbehaving]);

	return (
		<details
			class="knobs"
			data-testid="knobs"
			open={isOpen}
			onToggle={(event) => setOpen(event.currentTarget.open)}
		>
			<summary>
				<span>{t('knobs')}</span>
				{count > 0 && (
					<span class="knobs-count" data-testid="knobs-count">
						{t('knobsActive', { count })}
					</span>
				)}
				<Icon name="chevron" />
			</summary>
			<div class="knobs-content">
				<label class="knob">
					<span>{t('slow')}</span>
					<select
						value={latency}
						data-testid="knob-latency"
						onChange={(event) => {
							const seconds = Number(event.currentTarget.value);
							void attempt(sandbox.changeSettings({ latency: seconds * 1000 }), t);
						}}
					>
						{[...new Set([...LATENCIES, latency])].map((seconds) => (
							<option key={seconds} value={seconds}>
								{seconds === 0 ? t('slowOff') : t('seconds', { count: seconds })}
							</option>
						))}
					</select>
				</label>
				<div class="knob">
					<span id="limited">
						{t('limited')}
						<span class="hint">{t('limitedHint')}</span>
					</span>
					<button
						type="button"
						class="switch"
						role="switch"
						aria-checked={limiting !== undefined}
						aria-labelledby="limited"
						data-testid="knob-limited"
						onClick={() =>
							void attempt(
								limiting ? sandbox.clearFaults(limiting.id) : sandbox.addFault(LIMITED),
								t,
							)
						}
					/>
				</div>
				<NextFailure />
				<div class="knob-buttons">
					<button
						type="button"
						class="button"
						data-testid="knob-expire"
						onClick={() =>
							void attempt(
								sandbox.expireTokens().then((expired) => {
									const text = t('tokensExpired', { count: expired });
									showToast({ type: 'info', text });
								}),
								t,
							)
						}
					>
						{t('expireTokens')}
					</button>
				</div>
				{count > 0 && <ActiveList latency={latency} faults={active} />}
			</div>
		</details>
	);
}

function NextFailure(): JSX.Element {
	const { t } = useLanguage();
	const [choice, setChoice] = useState(0);
	return (
		<div class="knob" role="group" aria-label={t('failing')}>
			<span>{t('failing')}</span>
			<span class="knob-choice">
				<select
					aria-label={t('failingWith')}
					value={choice}
					data-testid="knob-failure"
					onChange={(event) => setChoice(Number(event.currentTarget.value))}
				>
					{FAILURES.map(({ name }, place) => (
						<option key={name} value={place}>
							{t(name)}
						</option>
					))}
				</select>
				<button
					type="button"
					class="button"
					data-testid="knob-fail"
					onClick={() => {
						const { options } = FAILURES[choice];
						const fault = { ...options, operation: FEED_OPERATIONS, times: 1 };
						void attempt(sandbox.addFault(fault), t);
					}}
				>
					{t('arm')}
				</button>
			</span>
		</div>
	);
}

/** What is on now, each with a button that switches it off. */
function ActiveList({
	latency,
	faults,
}: {
	latency: number;
	faults: readonly Fault[];
}): JSX.Element {
	const { t } = useLanguage();
	return (
		<ul class="chips" aria-label={t('activeFaults')} data-testid="active-faults">
			{latency > 0 && (
				<ActiveChip
					text={`${t('slow')} ${t('seconds', { count: latency })}`}
					onRemove={() => void attempt(sandbox.changeSettings({ latency: 0 }), t)}
				/>
			)}
			{faults.map((fault) => (
				<ActiveChip
					key={fault.id}
					text={describe(fault, t)}
					onRemove={() => void attempt(sandbox.clearFaults(fault.id), t)}
				/>
			))}
		</ul>
	);
}

function ActiveChip({ text, onRemove }: { text: string; onRemove(): void }): JSX.Element {
	const { t } = useLanguage();
	return (
		<li class="chip active">
			{text}
			<button
				type="button"
				class="icon-button small"
				aria-label={t('switchOff', { what: text })}
				title={t('switchOff', { what: text })}
				onClick={(event) => {
					// It goes with what it switches off: the focus must not.
					event.currentTarget.closest('details')?.querySelector('summary')?.focus();
					onRemove();
				}}
			>
				<Icon name="close" size={12} />
			</button>
		</li>
	);
}

function isLimiting({ kind, every }: Fault): boolean {
	return kind === LIMITED.kind && every === LIMITED.every;
}

function describe(fault: Fault, t: Translate): string {
	if (isLimiting(fault)) return t('limited');
	const known = FAILURES.find(({ options }) => options.kind === fault.kind);
	if (known && fault.times === 1) return `${t('failing')}: ${t(known.name)}`;
	const { kind, code } = fault;
	return t('otherFault', { kind: code === undefined ? kind : `${kind} ${code}` });
}
