import type { JSX } from 'preact';

import { changeLanguage, type Language, useLanguage } from '../appearance/language';
import { changeTheme, type ThemeChoice, useTheme } from '../appearance/theme';
import { Icon } from '../icons';

const NEXT_THEME: Record<ThemeChoice, ThemeChoice> = {
	system: 'light',
	light: 'dark',
	dark: 'system',
};
const THEME_TEXTS = { system: 'themeSystem', light: 'themeLight', dark: 'themeDark' } as const;

/** Switches between system, light and dark. */
export function ThemeSwitch(): JSX.Element {
	const { t } = useLanguage();
	const theme = useTheme();
	const name = `${t('theme')}: ${t(THEME_TEXTS[theme])}`;
	return (
		<button
			type="button"
			class="icon-button"
			title={name}
			aria-label={name}
			data-testid="theme"
			onClick={() => changeTheme(NEXT_THEME[theme])}
		>
			<Icon name={theme} size={18} />
		</button>
	);
}

const LANGUAGES: ReadonlyArray<{ language: Language; name: string; lang: string }> = [
	{ language: 'zh', name: '中文', lang: 'zh-CN' },
	{ language: 'en', name: 'English', lang: 'en' },
];

/** Switches between Chinese and English; each is named in its own language. */
export function LanguageSwitch(): JSX.Element {
	const { language, t } = useLanguage();
	return (
		<div class="segments" role="group" aria-label={t('language')}>
			{LANGUAGES.map(({ language: choice, name, lang }) => (
				<button
					type="button"
					lang={lang}
					aria-label={name}
					aria-pressed={language === choice}
					data-testid={`language-${choice}`}
					onClick={() => changeLanguage(choice)}
				>
					{choice === 'zh' ? '中' : 'EN'}
				</button>
			))}
		</div>
	);
}
