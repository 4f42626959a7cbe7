import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** A panel under what opens it; Escape, a click outside and moving the focus away close it. */
export function Popover({
	onClose,
	label,
	children,
}: {
	onClose(): void;
	label: string;
	children: ComponentChildren;
}): JSX.Element {
	const panel = useRef<HTMLDivElement>(null);
	useEffect(() => {
		const closeOutside = (event: Event) => {
			// What opened it toggles it.
			const place = panel.current?.parentElement;
			if (place && !place.contains(event.target as Node)) onClose();
		};
		document.addEventListener('pointerdown', closeOutside);
		document.addEventListener('focusin', closeOutside);
		return () => {
			document.removeEventListener('pointerdown', closeOutside);
			document.removeEventListener('focusin', closeOutside);
		};
	}, [onClose]);
	return (
		<div
			ref={panel}
			class="popover"
			role="dialog"
			aria-label={label}
			onKeyDown={(event) => {
				if (event.key !== 'Escape') return;
				event.stopPropagation();
				onClose();
			}}
		>
			{children}
		</div>
	);
}
