import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import { useLanguage } from '../appearance/language';
import type { TextKey } from '../appearance/texts';
import { Icon } from '../icons';
import { type Wire, wire } from '../sandbox/wire';
import { useStore } from '../store';
import { EventRow } from './EventRow';
import { BESIDE, changeInspector, shownEvent, TOGGLE_ID } from './inspectorState';
import { Knobs } from './Knobs';
import { RequestRow } from './RequestRow';
import { type Filter, matching } from './traffic';

const FILTERS: ReadonlyArray<readonly [Filter, TextKey]> = [
	['all', 'filterAll'],
	['calls', 'filterCalls'],
	['callbacks', 'filterCallbacks'],
	['failed', 'filterFailed'],
];

/** What came over the wire, newest first, and the knobs to misbehave. */
export function Inspector(): JSX.Element {
	const { t } = useLanguage();
	const state = useStore(wire, (value) => value);
	const inspector = useRef<HTMLElement>(null);
	const close = useRef<HTMLButtonElement>(null);
	const [filter, setFilter] = useState<Filter>('all');
	const [text, setText] = useState('');
	const eventToShow = useStore(shownEvent, (number) => number);
	useEffect(() => {
		if (eventToShow === undefined) return;
		setFilter('all');
		setText('');
	}, [eventToShow]);

	// Over the message lists it takes the focus, and Escape closes it; the focus is never lost with it.
	useEffect(() => {
		if (!matchMedia(BESIDE).matches) close.current?.focus();
		return () => {
			if (inspector.current?.contains(document.activeElement)) {
				document.getElementById(TOGGLE_ID)?.focus();
			}
		};
	}, []);
	const closeOnEscape = (event: KeyboardEvent) => {
		if (event.key === 'Escape' && !matchMedia(BESIDE).matches) changeInspector(false);
	};

	return (
		<aside
			ref={inspector}
			class="inspector"
			aria-label={t('inspector')}
			data-testid="inspector"
			onKeyDown={closeOnEscape}
		>
			<header class="inspector-header">
				<h2>{t('inspector')}</h2>
				<button
					ref={close}
					type="button"
					class="icon-button"
					aria-label={t('closeInspector')}
					title={t('closeInspector')}
					data-testid="close-inspector"
					onClick={() => changeInspector(false)}
				>
					<Icon name="close" />
				</button>
			</header>
			<Knobs />
			<div class="inspector-filters">
				<div class="segments" role="group" aria-label={t('filterLabel')}>
					{FILTERS.map(([choice, key]) => (
						<button
							key={choice}
							type="button"
							aria-pressed={filter === choice}
							data-testid={`filter-${choice}`}
							onClick={() => setFilter(choice)}
						>
							{t(key)}
						</button>
					))}
				</div>
				<div class="search-field">
					<Icon name="search" />
					<input
						type="search"
						aria-label={t('filterText')}
						placeholder={t('filterText')}
						value={text}
						data-testid="filter-text"
						onInput={(event) => setText(event.currentTarget.value)}
					/>
				</div>
			</div>
			<Traffic state={state} filter={filter} text={text} />
		</aside>
	);
}

function Traffic({
	state,
	filter,
	text,
}: {
	state: Wire;
	filter: Filter;
	text: string;
}): JSX.Element {
	const { t } = useLanguage();
	const traffic = matching(state, filter, text);
	const isEmpty = state.requests.length === 0 && state.events.length === 0;
	if (traffic.length === 0) {
		return (
			<div class="empty-state" data-testid="no-traffic">
				<h3>{t(isEmpty ? 'noTraffic' : 'nothingMatches')}</h3>
				{isEmpty && <p>{t('noTrafficHint')}</p>}
			</div>
		);
	}
	return (
		<ul class="traffic">
			{traffic.map((item) =>
				item.kind === 'request' ? (
					<RequestRow key={`request/${item.request.number}`} request={item.request} />
				) : (
					<EventRow key={`event/${item.event.number}`} event={item.event} />
				),
			)}
		</ul>
	);
}
