import { FAILURE_REASONS } from '../../../feishu/src/callbacks/deliveryFailure';
import type { FeedEntry, PressResult } from '../../../feishu/src/client';
import { type Language, translate } from '../appearance/language';
import { sandbox } from '../sandbox/api';
import { showToast } from '../shell/Toast';
import { showInInspector } from '../inspector/inspectorState';

type Button = FeedEntry['buttons'][number];
type Callback = Extract<PressResult, { action_type: 'webhook' }>;

/** The client that the page stands for: decides which of a button's links opens. */
export function platformOf(userAgent: string): 'pc' | 'android' | 'ios' {
	if (/Android/i.test(userAgent)) return 'android';
	return /iPhone|iPad/i.test(userAgent) ? 'ios' : 'pc';
}

/** The address that a `url_page` button opens on this device, if it has one. */
export function addressOf({ multi_url = {} }: Button): string | undefined {
	return multi_url[`${platformOf(navigator.userAgent)}_url`] || multi_url.url || undefined;
}

/** What was pressed by whom; `centre`: where the toast belongs, in pixels from the left. */
export interface Press {
	open_id: string;
	entry: FeedEntry;
	/** From 0. */
	place: number;
	language: Language;
	centre: number;
}

/** Calls back for a `webhook` button, and shows what came of it as Feishu would. */
export async function press({ open_id, entry, place, language, centre }: Press): Promise<void> {
	const { biz_id, chat_id, app_id, buttons_app_id } = entry;
	const target = biz_id === undefined ? { chat_id } : { biz_id };
	const fail = (hint: string, action?: { text: string; press(): void }) =>
		showToast({ type: 'error', text: translate('pressFailed'), hint, action, centre });
	let result: PressResult;
	try {
		result = await sandbox.press({
			user: open_id,
			...target,
			app_id: biz_id === undefined ? buttons_app_id : app_id,
			button: place,
		});
	} catch (error) {
		// Without an answer it is a TypeError.
		fail(error instanceof TypeError ? translate('sandboxGone') : translate('pressGone'));
		return;
	}
	if (result.action_type !== 'webhook') return;
	if (result.failure) {
		const event = result.event.number;
		fail(hintFor(result.failure), {
			text: translate('showInInspector'),
			press: () => showInInspector(event),
		});
		return;
	}
	const text = toastText(result.toast, language);
	if (text) showToast({ type: result.toast?.type ?? 'info', text, centre });
}

/** A toast's text in the person's language, else what it has. */
function toastText(toast: Callback['toast'], language: Language): string | undefined {
	if (!toast) return undefined;
	const { i18n = {}, content } = toast;
	return (
		i18n[language === 'zh' ? 'zh_cn' : 'en_us'] || content || Object.values(i18n)[0] || undefined
	);
}

function hintFor({ reason, message }: NonNullable<Callback['failure']>): string {
	const known = FAILURE_REASONS.find((key) => key === reason);
	return known ? `${translate(known)} (${message})` : message;
}
