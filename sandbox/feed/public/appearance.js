/* global document, localStorage, location, matchMedia, navigator, URLSearchParams */
// Runs before the first paint, so that no page shows in another theme or language first.
(() => {
	const root = document.documentElement;
	const parameters = new URLSearchParams(location.search);
	const choose = (name, key, choices) => {
		let stored = null;
		try {
			stored = localStorage.getItem(key);
		} catch {
			// Storage is switched off: nothing is remembered.
		}
		return [parameters.get(name), stored].find((value) => choices.includes(value));
	};
	const theme = choose('theme', 'theme', ['light', 'dark']);
	const isDark = matchMedia('(prefers-color-scheme: dark)').matches;
	root.dataset.themeChoice = theme ?? 'system';
	root.dataset.theme = theme ?? (isDark ? 'dark' : 'light');
	const ofBrowser = navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
	root.lang = (choose('lang', 'language', ['zh', 'en']) ?? ofBrowser) === 'zh' ? 'zh-CN' : 'en';
})();
