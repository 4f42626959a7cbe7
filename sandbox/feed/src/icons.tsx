import type { JSX } from 'preact';

/** Icons, 24 × 24, drawn with the colour of the text; hidden from screen readers. */
const PATHS = {
	pin: 'M14.5 3.5l6 6-3 .9-3.6 3.6.1 4-1.7 1.7-4-4-4.6 4.6M8.3 15.7l-4-4L6 10l4 .1 3.6-3.6.9-3z',
	bell: 'M6 9a6 6 0 0 1 12 0c0 5 2 6.5 2 7.5H4C4 15.5 6 14 6 9zM10 19.5a2 2 0 0 0 4 0',
	close: 'M6 6l12 12M18 6L6 18',
	add: 'M12 5v14M5 12h14',
	chevron: 'M6 9.5l6 6 6-6',
	inspect: 'M4 5h16M4 12h10M4 19h7M18 15.5m-2.5 0a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0 -5 0M20 17.5l2 2',
	sound: 'M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11',
	mute: 'M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5',
	light:
		'M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4',
	dark: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z',
	system: 'M4 5h16v11H4zM9 20h6M12 16v4',
	home: 'M4 11l8-7 8 7M6 9.5V20h4.5v-5.5h3V20H18V9.5',
	check: 'M5 12.5l4.5 4.5L19 7.5',
	info: 'M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 1 0 0-17M12 11v5.5M12 7.5v.5',
	warning: 'M12 4L2.5 20h19zM12 10v4.5M12 17v.5',
	copy: 'M9 9h11v11H9zM15 9V4H4v11h5',
	open: 'M14 4h6v6M20 4l-9 9M18 14v6H4V6h6',
	people:
		'M9 11a3.5 3.5 0 1 0 0-7a3.5 3.5 0 1 0 0 7M2.5 20c0-4 3-6 6.5-6s6.5 2 6.5 6M16 4.5a3.5 3.5 0 0 1 0 6.3M18 14.5c2.3.8 3.5 2.7 3.5 5.5',
	robot: 'M5 9h14v10H5zM12 9V5M12 4.5v.5M9 13.5v1M15 13.5v1M2.5 13v3M21.5 13v3',
	app: 'M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z',
	arrowIn: 'M12 4v15M6 13l6 6 6-6',
	arrowOut: 'M12 20V5M6 11l6-6 6 6',
	search: 'M11 4a7 7 0 1 0 0 14a7 7 0 1 0 0-14M16 16l5 5',
	flow: 'M3 9h6v6H3zM15 4h6v6h-6zM15 14h6v6h-6zM9 12h3M12 7v10M12 7h3M12 17h3',
	reset: 'M4.5 12a7.5 7.5 0 1 0 2.4-5.5M4 4v5h5',
	play: 'M7 4.5l12 7.5-12 7.5z',
} as const;

export type IconName = keyof typeof PATHS;

/** An icon; `size` in pixels. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }): JSX.Element {
	return (
		<svg
			class="icon"
			width={size}
			height={size}
			viewBox="0 0 24 24"
			fill="none"
			stroke="currentColor"
			stroke-width="2"
			stroke-linecap="round"
			stroke-linejoin="round"
			aria-hidden="true"
			focusable="false"
		>
			<path d={PATHS[name]} />
		</svg>
	);
}
