import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';

import { type Language, localeOf } from '../appearance/language';
import { Icon } from '../icons';

/** How a line looks: as it should, worth a look, wrong, or not at its end yet. */
export type Tone = 'good' | 'warning' | 'bad' | 'pending';

/** A line of the inspector that opens to show more. */
export function Row({
	testId,
	tone,
	direction,
	first,
	second,
	isOpenAtFirst = false,
	children,
	data,
}: {
	testId: string;
	tone: Tone;
	/** To the sandbox, or from it. */
	direction: 'in' | 'out';
	first: ComponentChildren;
	second: ComponentChildren;
	/** Opens, and comes into view, when this becomes true. */
	isOpenAtFirst?: boolean;
	/** Asked for only when it is open. */
	children: () => ComponentChildren;
	data: Record<`data-${string}`, string | number | undefined>;
}): JSX.Element {
	const id = useId();
	const row = useRef<HTMLLIElement>(null);
	const [isOpen, setOpen] = useState(isOpenAtFirst);
	useEffect(() => {
		if (!isOpenAtFirst) return;
		setOpen(true);
		row.current?.scrollIntoView({ block: 'nearest' });
	}, [isOpenAtFirst]);
	return (
		<li ref={row} class={`row row-${tone}`} data-testid={testId} data-tone={tone} {...data}>
			<button
				type="button"
				class="row-button"
				aria-expanded={isOpen}
				aria-controls={isOpen ? id : undefined}
				onClick={() => setOpen(!isOpen)}
			>
				<span class={`row-direction ${direction}`}>
					<Icon name={direction === 'in' ? 'arrowIn' : 'arrowOut'} size={14} />
				</span>
				<span class="row-first">{first}</span>
				<span class="row-second">{second}</span>
			</button>
			{isOpen && (
				<div id={id} class="row-details">
					{children()}
				</div>
			)}
		</li>
	);
}

/** A time to the millisecond. */
export function formatExactTime(time: number, language: Language): string {
	return new Date(time).toLocaleTimeString(localeOf(language), {
		hour: '2-digit',
		minute: '2-digit',
		second: '2-digit',
		fractionalSecondDigits: 3,
		hour12: false,
	});
}
