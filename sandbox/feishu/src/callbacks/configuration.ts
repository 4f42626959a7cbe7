import { createHash } from 'node:crypto';

/** How an app gets its callbacks and events. */
export const CALLBACK_MODES = ['automatic', 'url', 'longConnection'] as const;
export type CallbackMode = (typeof CALLBACK_MODES)[number];

/** The callbacks of a pressed button that an app can subscribe to: the new one, and that of apps made before 2024. */
export const BUTTON_CALLBACKS = ['card.action.trigger', 'card.action.trigger_v1'] as const;
export type ButtonCallback = (typeof BUTTON_CALLBACKS)[number];

/**
 * What an app's developer console holds about callbacks and events (Feishu reference: "Configure
 * callback request address").
 */
export interface CallbackConfiguration {
	/** `automatic`: to the URL if there is one, else over the long connection. */
	mode: CallbackMode;
	/** Request address; empty: none. */
	url: string;
	/** Empty: what is sent to the URL is neither encrypted nor signed. */
	encrypt_key: string;
	verification_token: string;
	/** What is sent for a pressed button; the old one goes to the URL only. */
	button_callback: ButtonCallback;
}

/** A change to the configuration: what is absent stays as it is. */
export type CallbackChange = Partial<CallbackConfiguration> & {
	/** Whether a new URL must pass the verification before it is kept; true by default. */
	verify?: boolean;
};

/** As it is when the app is new: a Verification Token, the same on every start, and nothing else. */
export function newCallbackConfiguration(app_id: string): CallbackConfiguration {
	const verification_token = createHash('sha256')
		.update(`verification/${app_id}`)
		.digest('base64url');
	return {
		mode: 'automatic',
		url: '',
		encrypt_key: '',
		verification_token: verification_token.slice(0, 32),
		button_callback: 'card.action.trigger',
	};
}
