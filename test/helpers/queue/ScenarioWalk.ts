import axios from 'axios';

import type {
	FeedEntry,
	FeishuSandboxClient,
	PressResult,
} from '../../../sandbox/feishu/src/client';
import { expect } from '../e2e/expect';

/** What must be true of a card; what is absent may be anything. */
interface CardLook {
	pinned?: boolean;
	label?: 'primary' | 'secondary' | 'success' | 'danger';
	/** Part of its title or preview. */
	text?: string | RegExp;
	/** Parts of the texts of its buttons; an empty list for none at all. */
	buttons?: readonly string[];
}

/** A press that calls back. */
export type CallbackResult = Extract<PressResult, { action_type: 'webhook' }>;

/** Walks through a scenario of `workflows/` as the page does, without a browser. */
export class ScenarioWalk {
	/** @param cards what the business IDs of the scenario's cards begin with */
	constructor(
		private readonly feishu: FeishuSandboxClient,
		private readonly scenario: string,
		private readonly cards: string,
	) {}

	/**
	 * What a system outside posts to the English workflow.
	 * @param changes fields of the body that are other than on the page
	 */
	async trigger(id: string, changes: Record<string, unknown> = {}): Promise<void> {
		const { scenarios } = await this.feishu.startPage();
		const { triggers = [] } = scenarios.find((one) => one.id === this.scenario) ?? {};
		const trigger = triggers.find((one) => one.id === id);
		await axios.post(trigger?.url.en ?? '', { ...trigger?.body.en, ...changes }, { proxy: false });
	}

	/** A person's card of the scenario, if it is there. */
	async cardOf(person: string, cards = this.cards): Promise<FeedEntry | undefined> {
		const entries = await this.feishu.feed(person);
		return entries.find(({ biz_id }) => biz_id?.startsWith(cards));
	}

	/** Waits until a person's card looks like this. */
	async seesCard(person: string, look: CardLook, cards = this.cards): Promise<void> {
		await expect
			.poll(async () => {
				const card = await this.cardOf(person, cards);
				return card === undefined ? 'no card' : differencesOf(card, look);
			})
			.toEqual([]);
	}

	/** Waits until a person has no such card. */
	async seesNoCard(person: string): Promise<void> {
		await expect.poll(async () => await this.cardOf(person)).toBeUndefined();
	}

	/** Presses a button on a person's card. @returns what the person sees */
	async press(person: string, button: string): Promise<string | undefined> {
		const { biz_id } = (await this.cardOf(person)) ?? {};
		const result = await this.feishu.press({ user: person, biz_id, button });
		if (result.action_type === 'url_page') return result.url;
		expect(result).toMatchObject({ answered: true });
		return result.toast?.content;
	}
}

/** Where a card is not as it must be. */
function differencesOf(card: FeedEntry, { pinned, label, text, buttons }: CardLook): string[] {
	const texts = card.buttons.map((button) => button.text.text);
	const said = [card.title, card.preview, card.status_label?.text ?? ''].join(' · ');
	const differences: Array<[boolean, string]> = [
		[pinned === undefined || card.time_sensitive === pinned, `pinned: ${card.time_sensitive}`],
		[label === undefined || card.status_label?.type === label, `label: ${card.status_label?.type}`],
		[text === undefined || new RegExp(text).test(said), said],
		[
			buttons === undefined ||
				(buttons.length === texts.length &&
					buttons.every((button, place) => texts[place]?.includes(button))),
			`buttons: ${texts.join()}`,
		],
	];
	return differences.filter(([isRight]) => !isRight).map(([, what]) => what);
}
