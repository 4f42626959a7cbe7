import { type Language, localeOf, type Translate } from '../appearance/language';

const DAY = 24 * 60 * 60 * 1000;

/** The time as a message list shows it: the hour today, yesterday, the date before that. */
export function formatTime(time: number, now: number, language: Language, t: Translate): string {
	const locale = localeOf(language);
	const date = new Date(time);
	const midnight = new Date(now).setHours(0, 0, 0, 0);
	if (time >= midnight) {
		return date.toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit', hour12: false });
	}
	if (time >= midnight - DAY) return t('yesterday');
	const isThisYear = date.getFullYear() === new Date(now).getFullYear();
	return date.toLocaleDateString(locale, {
		month: 'short',
		day: 'numeric',
		year: isThisYear ? undefined : 'numeric',
	});
}
