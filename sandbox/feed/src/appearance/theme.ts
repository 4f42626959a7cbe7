import { createStore, useStore } from '../store';
import { remember } from './remember';

/** `system` follows the operating system. */
export type ThemeChoice = 'system' | 'light' | 'dark';

const root = document.documentElement;
const systemIsDark = matchMedia('(prefers-color-scheme: dark)');
const store = createStore<ThemeChoice>((root.dataset.themeChoice as ThemeChoice) ?? 'system');

function apply(): void {
	const choice = store.get();
	const system = systemIsDark.matches ? 'dark' : 'light';
	root.dataset.theme = choice === 'system' ? system : choice;
}

systemIsDark.addEventListener('change', apply);

/** Changes the theme, and remembers it. */
export function changeTheme(choice: ThemeChoice): void {
	remember('theme', choice === 'system' ? null : choice, 'theme');
	store.set(choice);
	apply();
}

/** The theme that was chosen. */
export function useTheme(): ThemeChoice {
	return useStore(store, (choice) => choice);
}
