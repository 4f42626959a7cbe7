import { remember, remembered } from '../appearance/remember';
import { type Notification, notificationListeners } from '../sandbox/feeds';
import { createStore } from '../store';

/** Whether spoken notifications stay silent: until somebody switches them on. */
export const isMuted = createStore(remembered('sound') !== 'on');

/** Whether this browser can speak. */
export const canSpeak = 'speechSynthesis' in window;

/** Switches spoken notifications, and remembers it. */
export function changeMuted(muted: boolean): void {
	remember('sound', muted ? null : 'on');
	isMuted.set(muted);
	if (muted && canSpeak) speechSynthesis.cancel();
}

/** Several people's phones that ring together say the same only once. */
function speak(notifications: readonly Notification[]): void {
	if (isMuted.get() || !canSpeak) return;
	const texts = new Set(notifications.map(({ spokenText }) => spokenText));
	for (const text of texts) {
		if (!text) continue;
		const utterance = new SpeechSynthesisUtterance(text);
		utterance.lang = /\p{Script=Han}/u.test(text) ? 'zh-CN' : 'en-US';
		speechSynthesis.speak(utterance);
	}
}

/** Has the browser say the spoken texts of notifications. */
export function startSpeaking(): void {
	notificationListeners.add(speak);
}
