import { randomUUID } from 'node:crypto';

import { invalidParameter, success } from '../answers';
import type { Person, UserIdType } from '../company/company';
import { type CardContent, isAvailableTo } from '../feeds';
import { check } from '../validation';
import type { TenantCall, TenantOperation } from './operation';
import { entryUserIdOf, findRecipients, userIdTypeOf } from './recipients';
import {
	type AppFeedCardFields,
	createBody,
	deleteBody,
	updateBody,
	type UpdateField,
} from './schemas';

const SCOPES = ['im:app_feed_card:write'];
const LIMIT = { perSecond: 10 };

/** Why a card did not reach somebody (Feishu reference: "Create app feed card", `failed_cards`). */
const REASONS = {
	unknown: '0',
	noPermission: '1',
	notCreated: '2',
	rateLimited: '3',
	duplicate: '4',
} as const;
const REASON_NAMES = ['UNKNOWN', 'NO_PERMISSION', 'NOT_CREATED', 'RATE_LIMITED', 'DUPLICATE'];

interface FailedCard {
	biz_id: string;
	/** Absent only by a fault. */
	user_id: string | undefined;
	reason: string;
}

/** Feishu reference: "Create app feed card". */
export const createAppFeedCard: TenantOperation = {
	name: 'appFeedCard.create',
	method: 'POST',
	path: '/open-apis/im/v2/app_feed_card',
	scopes: SCOPES,
	limit: LIMIT,
	perform(call) {
		const type = userIdTypeOf(call);
		const { app_feed_card, user_ids } = check(createBody, call.body);
		checkApplink(call, app_feed_card, 'app_feed_card');
		const people = findRecipients(call, type, 'user_ids', user_ids);
		const biz_id = app_feed_card.biz_id || randomUUID();
		const content = newContent(app_feed_card);
		const { feeds } = call.sandbox;
		const { app_id } = call.app;
		const failed = new FailedCards(call, type);
		people.forEach((person, index) => {
			const user_id = user_ids[index];
			if (!failed.canReach(biz_id, user_id, person)) return;
			if (feeds.findCard(person, app_id, biz_id)) {
				return failed.add(biz_id, user_id, REASONS.duplicate);
			}
			feeds.addCard(person, app_id, biz_id, content, call.now);
			call.sandbox.noteEffect(call, 'cardCreated', person, { biz_id });
			notify(call, person, biz_id, app_feed_card);
		});
		return success({ biz_id, failed_cards: failed.cards });
	},
};

/** Feishu reference: "Update app feed card". */
export const updateAppFeedCards: TenantOperation = {
	name: 'appFeedCardBatch.update',
	method: 'PUT',
	path: '/open-apis/im/v2/app_feed_card/batch',
	scopes: SCOPES,
	limit: LIMIT,
	perform(call) {
		const type = userIdTypeOf(call);
		const { feed_cards } = check(updateBody, call.body);
		feed_cards.forEach(({ app_feed_card }, place) =>
			checkApplink(call, app_feed_card, `feed_cards[${place}].app_feed_card`),
		);
		const people = findRecipients(
			call,
			type,
			'feed_cards.user_id',
			feed_cards.map((card) => card.user_id),
		);
		const failed = new FailedCards(call, type);
		people.forEach((person, index) => {
			const { app_feed_card, user_id, update_fields } = feed_cards[index];
			const { biz_id } = app_feed_card;
			if (!failed.canReach(biz_id, user_id, person)) return;
			const card = call.sandbox.feeds.findCard(person, call.app.app_id, biz_id);
			if (!card) return failed.add(biz_id, user_id, REASONS.notCreated);
			card.content = changedContent(card.content, app_feed_card, update_fields);
			if (update_fields.includes('101')) card.displayTime = call.now;
			if (update_fields.includes('102')) call.sandbox.feeds.moveUp(card, call.now);
			call.sandbox.noteEffect(call, 'cardUpdated', person, { biz_id, update_fields });
			if (update_fields.includes('103')) notify(call, person, biz_id, app_feed_card);
		});
		return success({ failed_cards: failed.cards });
	},
};

/** Feishu reference: "Delete app feed card". */
export const deleteAppFeedCards: TenantOperation = {
	name: 'appFeedCardBatch.delete',
	method: 'DELETE',
	path: '/open-apis/im/v2/app_feed_card/batch',
	scopes: SCOPES,
	limit: LIMIT,
	perform(call) {
		const type = userIdTypeOf(call);
		const { feed_cards } = check(deleteBody, call.body);
		const people = findRecipients(
			call,
			type,
			'feed_cards.user_id',
			feed_cards.map((card) => card.user_id),
		);
		const { feeds } = call.sandbox;
		const { app_id } = call.app;
		const failed = new FailedCards(call, type);
		people.forEach((person, index) => {
			const { biz_id, user_id } = feed_cards[index];
			if (!failed.canReach(biz_id, user_id, person)) return;
			if (!feeds.findCard(person, app_id, biz_id)) {
				return failed.add(biz_id, user_id, REASONS.notCreated);
			}
			feeds.removeCard(person, app_id, biz_id);
			call.sandbox.noteEffect(call, 'cardDeleted', person, { biz_id });
		});
		return success({ failed_cards: failed.cards });
	},
};

/** Gathers an answer's `failed_cards`. */
class FailedCards {
	readonly cards: FailedCard[] = [];

	constructor(
		private readonly call: TenantCall,
		private readonly type: UserIdType,
	) {}

	add(biz_id: string, user_id: string | undefined, reason: string): void {
		const shown = this.call.sandbox.settings.reasonsAsNames ? REASON_NAMES[Number(reason)] : reason;
		this.cards.push({ biz_id, user_id, reason: shown });
	}

	/** Whether the app reaches this person; if not, that is noted. */
	canReach(biz_id: string, user_id: string, person: Person | undefined): person is Person {
		const forced = this.call.failing.get(user_id);
		if (forced) this.add(biz_id, entryUserIdOf(user_id, person, this.type, forced), forced.reason);
		else if (!person) this.add(biz_id, user_id, REASONS.unknown);
		else if (!isAvailableTo(this.call.app, person, this.call.company)) {
			this.add(biz_id, user_id, REASONS.noPermission);
		} else return true;
		return false;
	}
}

const APPLINK_HOSTS = ['applink.feishu.cn', 'applink.larksuite.com'];

/**
 * A card's link may open the app itself, a web app or mini program, but no other app (Feishu reference:
 * "Create app feed card", `link`). An applink without `appId` opens none.
 * @throws FeishuError `230001` that names the other app
 */
function checkApplink({ app }: TenantCall, { link }: AppFeedCardFields, field: string): void {
	const url = link && new URL(link.link);
	if (!url || !APPLINK_HOSTS.includes(url.hostname)) return;
	const appId = url.searchParams.get('appId');
	if (appId === null || appId === app.app_id) return;
	throw invalidParameter(`${field}.link.link opens another app, ${appId}.`);
}

function newContent(card: AppFeedCardFields): CardContent {
	return {
		title: card.title ?? '',
		avatar_key: card.avatar_key ?? '',
		preview: card.preview ?? '',
		status_label: card.status_label ?? null,
		buttons: card.buttons?.buttons ?? [],
		link: card.link?.link ?? '',
		time_sensitive: card.time_sensitive ?? false,
	};
}

/** Each content field's code in `update_fields`. */
const CONTENT_FIELDS: ReadonlyArray<readonly [UpdateField, keyof CardContent]> = [
	['1', 'title'],
	['2', 'avatar_key'],
	['3', 'preview'],
	['10', 'status_label'],
	['11', 'buttons'],
	['12', 'link'],
	['13', 'time_sensitive'],
];

/** Only named fields are taken over; one that is named but absent is cleared. */
function changedContent(
	content: CardContent,
	card: AppFeedCardFields,
	update_fields: readonly UpdateField[],
): CardContent {
	const given = newContent(card);
	const changes = CONTENT_FIELDS.filter(([code]) => update_fields.includes(code)).map(
		([, field]) => [field, given[field]],
	);
	return { ...content, ...Object.fromEntries(changes) };
}

/** Feishu reference: "Create app feed card", `notify`. */
function notify(
	call: TenantCall,
	person: Person,
	biz_id: string,
	{ notify }: AppFeedCardFields,
): void {
	if (notify?.close_notify) return;
	const spokenText = notify?.with_custom_sound ? notify.custom_sound_text || undefined : undefined;
	call.sandbox.noteEffect(call, 'notified', person, { biz_id, spokenText });
}
