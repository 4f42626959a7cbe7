import type { Texts } from '../../../feishu/src/client';
import { createStore, useStore } from '../store';
import { remember } from './remember';
import { TEXTS, type TextKey } from './texts';

export type Language = keyof Texts;

const store = createStore<Language>(document.documentElement.lang === 'zh-CN' ? 'zh' : 'en');

/** Changes the language of the page, and remembers it. */
export function changeLanguage(language: Language): void {
	document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
	remember('language', language, 'lang');
	store.set(language);
}

/** The text with this key, its `{name}` places filled in. */
export type Translate = (key: TextKey, values?: Record<string, string | number>) => string;

function translator(language: Language): Translate {
	return (key, values = {}) =>
		TEXTS[key][language].replace(/\{(\w+)\}/g, (place, name: string) =>
			String(values[name] ?? place),
		);
}

/** The page's language, and its texts. */
export function useLanguage(): { language: Language; t: Translate } {
	const language = useStore(store, (current) => current);
	return { language, t: translator(language) };
}

/** A text in the page's language now, outside of components. */
export function translate(key: TextKey, values?: Record<string, string | number>): string {
	return translator(store.get())(key, values);
}

/** The locale for dates and numbers. */
export function localeOf(language: Language): string {
	return language === 'zh' ? 'zh-CN' : 'en-GB';
}
