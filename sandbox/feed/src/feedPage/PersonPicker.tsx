import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';

import { useLanguage } from '../appearance/language';
import { Icon } from '../icons';
import { colleagues, searchColleagues } from '../sandbox/people';
import { Popover } from '../shell/Popover';
import { useStore } from '../store';
import { PersonAvatar } from './Avatar';

/** How many are shown; a search finds the others. */
const MOST_SHOWN = 50;

interface PersonPickerProperties {
	/** The accessible name of the button that opens it. */
	label: string;
	children: ComponentChildren;
	class: string;
	testId: string;
	/** Those who cannot be chosen: they are shown already. */
	shown: readonly string[];
	onPick(open_id: string): void;
}

/** A button that opens a search for a colleague. */
export function PersonPicker({
	label,
	children,
	class: className,
	testId,
	shown,
	onPick,
}: PersonPickerProperties): JSX.Element {
	const [isOpen, setOpen] = useState(false);
	const button = useRef<HTMLButtonElement>(null);
	const close = () => setOpen(false);
	return (
		<div class="popover-place">
			<button
				ref={button}
				type="button"
				class={className}
				aria-label={label}
				title={label}
				aria-haspopup="dialog"
				aria-expanded={isOpen}
				data-testid={testId}
				onClick={() => setOpen(!isOpen)}
			>
				{children}
			</button>
			{isOpen && (
				<Popover
					label={label}
					onClose={() => {
						close();
						if (document.activeElement === document.body) button.current?.focus();
					}}
				>
					<PersonSearch
						shown={shown}
						onPick={(open_id) => {
							close();
							button.current?.focus();
							onPick(open_id);
						}}
						onEscape={() => {
							close();
							button.current?.focus();
						}}
					/>
				</Popover>
			)}
		</div>
	);
}

function PersonSearch({
	shown,
	onPick,
	onEscape,
}: {
	shown: readonly string[];
	onPick(open_id: string): void;
	onEscape(): void;
}): JSX.Element {
	const { t } = useLanguage();
	const id = useId();
	const input = useRef<HTMLInputElement>(null);
	const [query, setQuery] = useState('');
	const [active, setActive] = useState(0);
	// Known a moment after the page opens.
	useStore(colleagues, (all) => all);
	const found = searchColleagues(query, MOST_SHOWN + shown.length)
		.filter(({ open_id }) => !shown.includes(open_id))
		.slice(0, MOST_SHOWN);

	useEffect(() => input.current?.focus(), []);
	useEffect(() => {
		document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: 'nearest' });
	}, [id, active]);

	const onKeyDown = (event: KeyboardEvent) => {
		// Keys that choose a Chinese word are the input method's.
		if (event.isComposing) return;
		const steps: Partial<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };
		const step = steps[event.key];
		if (step !== undefined) {
			event.preventDefault();
			setActive(Math.min(Math.max(active + step, 0), Math.max(found.length - 1, 0)));
		} else if (event.key === 'Enter' && found[active]) {
			event.preventDefault();
			onPick(found[active].open_id);
		} else if (event.key === 'Escape') {
			event.stopPropagation();
			onEscape();
		}
	};

	return (
		<div class="person-search">
			<div class="search-field">
				<Icon name="search" />
				<input
					ref={input}
					type="text"
					role="combobox"
					aria-label={t('searchPeople')}
					placeholder={t('searchPeople')}
					aria-expanded="true"
					aria-autocomplete="list"
					aria-controls={`${id}-list`}
					aria-activedescendant={found.length > 0 ? `${id}-${active}` : undefined}
					autocomplete="off"
					spellcheck={false}
					value={query}
					data-testid="person-search"
					onInput={(event) => {
						setQuery(event.currentTarget.value);
						setActive(0);
					}}
					onKeyDown={onKeyDown}
				/>
			</div>
			{found.length > 0 ? (
				<ul id={`${id}-list`} class="person-options" role="listbox" aria-label={t('people')}>
					{found.map(({ open_id, name, department }, index) => (
						<li
							key={open_id}
							id={`${id}-${index}`}
							class="person-option"
							role="option"
							aria-selected={index === active}
							data-testid="person-option"
							onPointerMove={() => setActive(index)}
							// The focus stays in the field.
							onPointerDown={(event) => event.preventDefault()}
							onClick={() => onPick(open_id)}
						>
							<PersonAvatar name={name} small />
							<span class="person-option-name">{name}</span>
							<span class="person-option-department">{department}</span>
						</li>
					))}
				</ul>
			) : (
				<p class="person-search-empty" id={`${id}-list`} role="status">
					{query ? t('nobodyFound', { query }) : t('loading')}
				</p>
			)}
		</div>
	);
}
