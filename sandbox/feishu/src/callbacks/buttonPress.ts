import { createHash, randomBytes } from 'node:crypto';

import type { App } from '../apps';
import type { Company, Person } from '../company/company';
import type { Button, FeedEntry } from '../feeds';
import { USER_ID_SCOPE } from '../operations/recipients';
import type { Sandbox } from '../sandbox';
import type { ActionValuesPlace, CallbackSettings } from '../settings';
import type { Toast } from './answers';
import type { PushedEvent } from './eventLog';

/** The clients that a `url_page` button may have an address of its own for. */
export const PLATFORMS = ['pc', 'android', 'ios'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** Who presses which button: of a card, named by `biz_id`, or of a chat, named by `chat_id`. */
export interface ButtonPress {
	/** Any of the person's three IDs. */
	user: string;
	biz_id?: string;
	chat_id?: string;
	/** Needed only where two apps have a card with this business ID in the feed. */
	app_id?: string;
	/** Its place, from 0, or its text. */
	button: number | string;
	/** Which client the person uses: decides the address of a `url_page` button. */
	platform?: Platform;
}

/** What pressing a button came to. */
export type PressResult =
	| {
			action_type: 'url_page';
			/** The address that opens. */
			url: string;
	  }
	| {
			action_type: 'webhook';
			event_id: string;
			/** Whether a right answer came in time. */
			answered: boolean;
			/** What the person sees, if the answer has one. */
			toast?: Toast;
			/** What went wrong. */
			failure?: { reason: string; message: string };
			/** The callback with its delivery, as `GET /sandbox/events` gives it. */
			event: PushedEvent;
	  };

/** A press that is not possible; HTTP 400. */
export class ImpossiblePress extends Error {
	readonly statusCode = 400;
}

/** A pressed button with all around it. */
interface PressedButton {
	app: App;
	person: Person;
	button: Button;
	biz_id?: string;
	chat_id?: string;
}

/**
 * Presses a button that the person has in their feed now. A `webhook` button waits for the app's
 * answer.
 * @throws ImpossiblePress when there is no such person, card, chat or button, or no address for the
 *   platform
 */
export async function pressButton(sandbox: Sandbox, press: ButtonPress): Promise<PressResult> {
	const pressed = findButton(sandbox, press);
	const { app, person, button, biz_id, chat_id } = pressed;
	if (button.action_type === 'url_page') {
		return { action_type: 'url_page', url: addressOf(button, press.platform) };
	}
	const event = await sandbox.callbacks.send(app, {
		kind: 'callback',
		event_type: app.callback.button_callback,
		tenant_key: person.tenant_key,
		...(app.callback.button_callback === 'card.action.trigger'
			? { event: cardActionTrigger(pressed, sandbox.settings.callbacks) }
			: { schema: 'none', event: oldCardActionTrigger(pressed, sandbox.settings.callbacks) }),
		pressed: { open_id: person.open_id, biz_id, chat_id },
	});
	const [{ failure, answer }] = event.attempts;
	return {
		action_type: 'webhook',
		event_id: event.event_id,
		answered: !failure,
		toast: (answer as { toast?: Toast } | undefined)?.toast,
		failure,
		event,
	};
}

/** `event` of the callback (Feishu reference: "Card callback", `card.action.trigger`). */
function cardActionTrigger(pressed: PressedButton, settings: CallbackSettings): object {
	const { chat_id, biz_id } = pressed;
	const { bizId, host, delivery_type } = settings;
	const { action, action_map } = actionOf(pressed, settings);
	// What is undefined is left out of the JSON.
	return {
		operator: operatorOf(pressed),
		token: cardToken(),
		action,
		action_map,
		biz_id: bizId === 'event.biz_id' ? biz_id : undefined,
		host: host || undefined,
		delivery_type: delivery_type || undefined,
		context: {
			open_chat_id: chat_id,
			biz_id: bizId === 'context.biz_id' ? biz_id : undefined,
		},
	};
}

/**
 * The whole body of the old callback, `card.action.trigger_v1`, which names neither its type nor an event ID. It
 * has no context: what the settings put there is left out.
 */
function oldCardActionTrigger(pressed: PressedButton, settings: CallbackSettings): object {
	const { app, chat_id, biz_id } = pressed;
	const { open_id, user_id, tenant_key } = operatorOf(pressed);
	const { action, action_map } = actionOf(pressed, settings);
	const message = createHash('sha256').update(JSON.stringify([app.app_id, biz_id, chat_id]));
	return {
		open_id,
		user_id,
		open_message_id: `om_${message.digest('hex').slice(0, 32)}`,
		open_chat_id: chat_id,
		tenant_key,
		// The card's, not the Verification Token.
		token: cardToken(),
		action,
		action_map,
		biz_id: settings.bizId === 'event.biz_id' ? biz_id : undefined,
	};
}

function cardToken(): string {
	return `c-${randomBytes(20).toString('hex')}`;
}

/** Who pressed, as far as the app may see it. */
function operatorOf({ app, person }: PressedButton) {
	const seesUserId = app.type === 'custom' && app.scopes.includes(USER_ID_SCOPE);
	return {
		tenant_key: person.tenant_key,
		user_id: seesUserId ? person.user_id : undefined,
		open_id: person.open_id,
		union_id: person.union_id,
	};
}

/** The action with the button's values, or the values apart from it. */
function actionOf(
	{ button: { action_map = {} }, biz_id }: PressedButton,
	{ actionValues, actionValuesForm, bizId }: CallbackSettings,
): { action: object; action_map: object | string | undefined } {
	const values = actionValuesForm === 'json' ? JSON.stringify(action_map) : action_map;
	const at = (place: ActionValuesPlace) => (place === actionValues ? values : undefined);
	return {
		action: {
			value: at('action.value'),
			action_map: at('action.action_map'),
			tag: 'button',
			biz_id: bizId === 'action.biz_id' ? biz_id : undefined,
		},
		action_map: at('event.action_map'),
	};
}

function findButton(sandbox: Sandbox, press: ButtonPress): PressedButton {
	const found = sandbox.findPerson(press.user);
	if (!found) throw new ImpossiblePress(`There is no person ${press.user}`);
	const { person, company } = found;
	const { entry, app } = findEntry(sandbox, press, person, company);
	const { biz_id, chat_id } = entry;
	return { app, person, button: pickButton(entry, press.button), biz_id, chat_id };
}

function findEntry(
	sandbox: Sandbox,
	{ biz_id, chat_id, app_id }: ButtonPress,
	person: Person,
	company: Company,
): { entry: FeedEntry; app: App } {
	if ((biz_id === undefined) === (chat_id === undefined)) {
		throw new ImpossiblePress('A press needs either biz_id or chat_id');
	}
	const entries = sandbox.feeds
		.read(person, company, sandbox.appsOf(person.tenant_key))
		.filter((entry) => (biz_id === undefined ? entry.chat_id === chat_id : entry.biz_id === biz_id))
		.filter((entry) => app_id === undefined || ownerOf(entry) === app_id);
	const what = biz_id === undefined ? `chat ${chat_id}` : `card ${biz_id}`;
	const [entry] = entries;
	if (!entry) throw new ImpossiblePress(`${person.name}'s feed has no ${what}`);
	if (entries.length > 1) throw new ImpossiblePress(`Two apps have a ${what}: name the app_id`);
	const app = sandbox.apps.get(ownerOf(entry) ?? '');
	if (!app) throw new ImpossiblePress(`The ${what} has no buttons`);
	return { entry, app };
}

/** The app that a card is of, or that has set a chat's buttons. */
function ownerOf(entry: FeedEntry): string | undefined {
	return entry.kind === 'appFeedCard' ? entry.app_id : entry.buttons_app_id;
}

function pickButton({ buttons }: FeedEntry, wanted: number | string): Button {
	const fitting = buttons.filter(
		({ text: { text } }, place) => wanted === place || wanted === text,
	);
	const names = buttons.map(({ text: { text } }) => `"${text}"`).join(', ') || 'none';
	if (fitting.length === 0) throw new ImpossiblePress(`No button ${wanted}; there are: ${names}`);
	if (fitting.length > 1) throw new ImpossiblePress(`Two buttons say "${wanted}": use the place`);
	return fitting[0];
}

function addressOf({ multi_url = {} }: Button, platform: Platform | undefined): string {
	const own = platform && multi_url[`${platform}_url`];
	const url = own || multi_url.url;
	if (!url) throw new ImpossiblePress(`The button has no address for ${platform ?? 'all'} clients`);
	return url;
}
