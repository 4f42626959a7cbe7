import type { App } from './apps';
import { botChatId, type Company, type Group, type Person } from './company/company';

/** A button of a card or chat (Feishu reference: "Create app feed card", `buttons`). */
export interface Button {
	action_type: 'url_page' | 'webhook';
	text: { text: string };
	button_type?: 'default' | 'primary' | 'success';
	multi_url?: { url?: string; android_url?: string; ios_url?: string; pc_url?: string };
	action_map?: Record<string, string>;
}

/** The label of a card (Feishu reference: "Create app feed card", `status_label`). */
export interface StatusLabel {
	text: string;
	type: 'primary' | 'secondary' | 'success' | 'danger';
}

/** What a card shows; never changed in place, since recipients of one call share it. */
export interface CardContent {
	title: string;
	avatar_key: string;
	preview: string;
	/** `null`: the card shows its time instead. */
	status_label: StatusLabel | null;
	buttons: readonly Button[];
	/** Empty when it was cleared by an update. */
	link: string;
	time_sensitive: boolean;
}

/** A card in one person's feed. */
export interface AppFeedCard {
	app_id: string;
	biz_id: string;
	content: CardContent;
	/** Milliseconds since 1970: the time that the card shows when it has no label. */
	displayTime: number;
	/** Milliseconds since 1970: its place among the entries that are pinned, or are not. */
	sortTime: number;
	/** Milliseconds since 1970. */
	createdAt: number;
}

/** What an app has set on a chat, for one person. */
interface ChatState {
	buttons: readonly Button[];
	/** The app that set them. */
	buttons_app_id?: string;
	time_sensitive: boolean;
}

/** An entry of a person's message list, as `GET /sandbox/feed/:id` gives it. */
export interface FeedEntry {
	/** App feed card, group, chat with an app's bot, or chat with a colleague. */
	kind: 'appFeedCard' | 'group' | 'botChat' | 'personalChat';
	title: string;
	preview: string;
	time_sensitive: boolean;
	buttons: readonly Button[];
	displayTime: number;
	sortTime: number;
	/** App feed cards and bot chats. */
	app_id?: string;
	/** App feed cards. */
	biz_id?: string;
	avatar_key?: string;
	status_label?: StatusLabel | null;
	link?: string;
	createdAt?: number;
	/** Chats. */
	chat_id?: string;
	/** Chats with buttons: the app that set them. */
	buttons_app_id?: string;
}

const MINUTE = 60_000;
const COLLEAGUES_WITH_CHAT = 3;

/** Everybody's message list: cards, and what apps have set on chats. */
export class Feeds {
	private cards = new Map<Person, Map<string, AppFeedCard>>();
	private holders = new Map<string, Map<string, Map<Person, AppFeedCard>>>();
	private chats = new Map<Person, Map<string, ChatState>>();
	private lastSortTime = 0;

	/** `startedAt`: milliseconds since 1970; the seeded chats' last messages lie before it. */
	constructor(private readonly startedAt: number) {}

	findCard(person: Person, app_id: string, biz_id: string): AppFeedCard | undefined {
		return this.cards.get(person)?.get(cardKey(app_id, biz_id));
	}

	addCard(person: Person, app_id: string, biz_id: string, content: CardContent, now: number): void {
		const card: AppFeedCard = {
			app_id,
			biz_id,
			content,
			displayTime: now,
			sortTime: this.nextSortTime(now),
			createdAt: now,
		};
		let cardsOfPerson = this.cards.get(person);
		if (!cardsOfPerson) this.cards.set(person, (cardsOfPerson = new Map()));
		cardsOfPerson.set(cardKey(app_id, biz_id), card);
		let cardsOfApp = this.holders.get(app_id);
		if (!cardsOfApp) this.holders.set(app_id, (cardsOfApp = new Map()));
		let holders = cardsOfApp.get(biz_id);
		if (!holders) cardsOfApp.set(biz_id, (holders = new Map()));
		holders.set(person, card);
	}

	removeCard(person: Person, app_id: string, biz_id: string): void {
		this.cards.get(person)?.delete(cardKey(app_id, biz_id));
		const cardsOfApp = this.holders.get(app_id);
		const holders = cardsOfApp?.get(biz_id);
		holders?.delete(person);
		if (holders?.size === 0) cardsOfApp?.delete(biz_id);
	}

	/** Sets the card's sort time to now, so that it is above all others of its kind. */
	moveUp(card: AppFeedCard, now: number): void {
		card.sortTime = this.nextSortTime(now);
	}

	/** Replaces a chat's buttons, whichever app had set them. */
	setChatButtons(
		person: Person,
		chat_id: string,
		app_id: string,
		buttons: readonly Button[],
	): void {
		const state = this.chatState(person, chat_id);
		state.buttons = buttons;
		state.buttons_app_id = buttons.length > 0 ? app_id : undefined;
	}

	setChatTimeSensitive(person: Person, chat_id: string, time_sensitive: boolean): void {
		this.chatState(person, chat_id).time_sensitive = time_sensitive;
	}

	/** All cards of an app: for each business ID, who has it. */
	cardsOfApp(app_id: string): ReadonlyMap<string, ReadonlyMap<Person, AppFeedCard>> {
		return this.holders.get(app_id) ?? new Map();
	}

	/** A person's message list: pinned entries first, then by sort time, newest first. */
	read(person: Person, company: Company, apps: Iterable<App>): FeedEntry[] {
		const entries: FeedEntry[] = [];
		for (const { content, ...card } of this.cards.get(person)?.values() ?? []) {
			entries.push({ kind: 'appFeedCard', ...card, ...content });
		}
		for (const group of company.groups.values()) {
			if (group.members.has(person)) entries.push(this.groupEntry(person, group));
		}
		let place = 0;
		for (const app of apps) {
			place++;
			if (!hasBotChat(app, person, company)) continue;
			if (app.isForTrials && !this.isKnownTo(person, app)) continue;
			entries.push(this.botChatEntry(person, app, place));
		}
		entries.push(...this.personalChatEntries(person, company));
		return entries.sort(
			(a, b) => Number(b.time_sensitive) - Number(a.time_sensitive) || b.sortTime - a.sortTime,
		);
	}

	/** Whether the app has put a card into the person's list, or has set something on its bot's chat. */
	private isKnownTo(person: Person, { app_id }: App): boolean {
		if (this.chats.get(person)?.has(botChatId(app_id, person))) return true;
		for (const card of this.cards.get(person)?.values() ?? []) {
			if (card.app_id === app_id) return true;
		}
		return false;
	}

	/** Every call's sort time is later than all before, so that the order is never left to chance. */
	private nextSortTime(now: number): number {
		return (this.lastSortTime = Math.max(now, this.lastSortTime + 0.001));
	}

	private chatState(person: Person, chat_id: string): ChatState {
		let chats = this.chats.get(person);
		if (!chats) this.chats.set(person, (chats = new Map()));
		let state = chats.get(chat_id);
		if (!state) chats.set(chat_id, (state = { buttons: [], time_sensitive: false }));
		return state;
	}

	private chatEntry(
		person: Person,
		entry: Pick<FeedEntry, 'kind' | 'title' | 'preview' | 'app_id'> & { chat_id: string },
		minutesAgo: number,
	): FeedEntry {
		const state = this.chats.get(person)?.get(entry.chat_id);
		const time = this.startedAt - minutesAgo * MINUTE;
		return {
			...entry,
			time_sensitive: state?.time_sensitive ?? false,
			buttons: state?.buttons ?? [],
			buttons_app_id: state?.buttons_app_id,
			displayTime: time,
			sortTime: time,
		};
	}

	private groupEntry(person: Person, group: Group): FeedEntry {
		const entry = {
			kind: 'group' as const,
			chat_id: group.chat_id,
			title: group.name,
			preview: `${group.owner.name}：大家好`,
		};
		return this.chatEntry(person, entry, 7 + group.age * 13);
	}

	private botChatEntry(person: Person, app: App, place: number): FeedEntry {
		const entry = {
			kind: 'botChat' as const,
			chat_id: botChatId(app.app_id, person),
			app_id: app.app_id,
			title: app.name,
			preview: '你好，我是机器人',
		};
		return this.chatEntry(person, entry, 5 + place * 11);
	}

	private personalChatEntries(person: Person, company: Company): FeedEntry[] {
		const start = company.people.indexOf(person);
		const entries: FeedEntry[] = [];
		for (let place = 1; place <= COLLEAGUES_WITH_CHAT && place < company.people.length; place++) {
			const colleague = company.people[(start + place) % company.people.length];
			entries.push(
				this.chatEntry(
					person,
					{
						kind: 'personalChat',
						chat_id: `oc_${person.open_id.slice(3, 19)}${colleague.open_id.slice(3, 19)}`,
						title: colleague.name,
						preview: '收到，谢谢',
					},
					2 + place * 17,
				),
			);
		}
		return entries;
	}
}

/** Whether the person may use the app: it is for their department, and they are not left out. */
export function isAvailableTo(app: App, person: Person, company: Company): boolean {
	if (app.unavailablePeople.includes(person.open_id)) return false;
	if (!app.availableDepartments) return true;
	const department = company.departments.find(
		({ open_department_id }) => open_department_id === person.open_department_id,
	);
	return department !== undefined && app.availableDepartments.includes(department.name);
}

/** Whether the person has a chat with the app's bot. */
export function hasBotChat(app: App, person: Person, company: Company): boolean {
	return (
		app.tenant_keys.includes(person.tenant_key) &&
		isAvailableTo(app, person, company) &&
		!app.peopleWithoutBotChat.includes(person.open_id)
	);
}

function cardKey(app_id: string, biz_id: string): string {
	return `${app_id}/${biz_id}`;
}
