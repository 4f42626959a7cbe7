import type { AnsweredCall, Conversation, Decision, PlannedCall } from './conversation';

/** What the scripted model is asked for, by the words that it listens to. */
const WISHES: ReadonlyArray<[RegExp, (conversation: Conversation) => Decision]> = [
	[/退款|refund/i, refund],
	[/改为|改到|change/i, changeReminder],
	[/撤回|take .*back|remove/i, takeReminderBack],
	[/提醒|remind/i, remind],
];

/**
 * Decides what to do next, from nothing but the conversation: what was asked for, what tools there are, and what the
 * tools answered. An error tells it what to send instead; a refusal, it passes on.
 */
export function decide(conversation: Conversation): Decision {
	const { wish } = conversation;
	const corrected = latestOf(conversation).map(correctionOf);
	if (corrected.some((call) => call !== undefined)) {
		return calling(
			conversation,
			corrected.filter((call) => call !== undefined),
		);
	}
	const found = WISHES.find(([words]) => words.test(wish));
	if (found === undefined) {
		return saying(
			conversation,
			'我只会提醒、修改提醒、撤回提醒和退款。',
			'I can remind people, change or take back a reminder, and refund orders.',
		);
	}
	return found[1](conversation);
}

const EMAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;
const QUOTED = /[“"「]([^”"」]+)[”"」]/g;
/** How the model's own replies name a card, for later turns. */
const NAMED_CARD = /\[card ([\w-]+)\]/g;

const matches = (text: string, pattern: RegExp): string[] =>
	[...text.matchAll(pattern)].map(([all, group]) => group ?? all);

function remind(conversation: Conversation): Decision {
	const [title = '', preview = ''] = matches(conversation.wish, QUOTED);
	if (conversation.calls.length > 0) {
		return report(conversation, (result) => {
			const [bizId = ''] = matches(result, /"biz_id":"([^"]+)"/g);
			return { zh: `已提醒：${title} [card ${bizId}]`, en: `Reminded: ${title} [card ${bizId}]` };
		});
	}
	const people = matches(conversation.wish, EMAIL);
	return calling(conversation, [{ tool: 'create', input: { people, title, preview } }]);
}

function changeReminder(conversation: Conversation): Decision {
	const [title = ''] = matches(conversation.wish, QUOTED);
	return withCard(
		conversation,
		'update',
		{ title },
		{ zh: `已修改：${title}`, en: `Changed: ${title}` },
	);
}

function takeReminderBack(conversation: Conversation): Decision {
	return withCard(conversation, 'delete', {}, { zh: '已撤回', en: 'Taken back' });
}

/** Does something to the card that was sent last, for those who got it. */
function withCard(
	conversation: Conversation,
	tool: string,
	input: Record<string, unknown>,
	done: Said,
): Decision {
	const bizId = conversation.history.flatMap((text) => matches(text, NAMED_CARD)).at(-1);
	const people = conversation.history.map((text) => matches(text, EMAIL)).findLast(isFilled);
	if (bizId === undefined || people === undefined) {
		return saying(conversation, '没有可以处理的提醒。', 'There is no reminder that I know of.');
	}
	if (conversation.calls.length > 0) return report(conversation, () => done);
	return calling(conversation, [{ tool, input: { business_id: bizId, people, ...input } }]);
}

const isFilled = (list: string[]): boolean => list.length > 0;

function refund(conversation: Conversation): Decision {
	const orders = matches(conversation.wish, /#(\d+)/g);
	const amounts = matches(conversation.wish, /¥\s?(\d+)/g);
	if (conversation.calls.length > 0) {
		return report(conversation, (_, { order }) => ({
			zh: `订单 ${String(order)} 已退款`,
			en: `Order ${String(order)} is refunded`,
		}));
	}
	return calling(
		conversation,
		orders.map((order, index) => ({
			tool: 'refund',
			input: {
				order,
				amount: Number(amounts[index]),
				reason: conversation.wish.split(/[:：]\s*/).at(-1),
			},
		})),
	);
}

function calling(conversation: Conversation, planned: PlannedCall[]): Decision {
	const calls = planned.map(({ tool: word, input }) => {
		const tool = conversation.toolWith(word);
		return tool === undefined ? undefined : { tool, input: conversation.inputFor(tool, input) };
	});
	if (calls.length === 0 || calls.some((call) => call === undefined)) {
		return saying(conversation, '没有合适的工具。', 'I have no tool for this.');
	}
	return { call: calls.filter((call) => call !== undefined) };
}

/** One text in Chinese and one in English. */
interface Said {
	zh: string;
	en: string;
}

/** Says something in the language of the user. */
function saying({ wish }: Conversation, zh: string, en: string): Decision {
	return { say: /\p{Script=Han}/u.test(wish) ? zh : en };
}

/** Says what became of each call. */
function report(
	conversation: Conversation,
	done: (result: string, input: Record<string, unknown>) => Said,
): Decision {
	const said = latestOf(conversation).map(({ result, input }): Said => {
		const refusal = refusalIn(result);
		return refusal === undefined
			? done(result, input)
			: { zh: `没有执行：${refusal}`, en: `Not done: ${refusal}` };
	});
	return saying(
		conversation,
		said.map(({ zh }) => zh).join('；'),
		said.map(({ en }) => en).join('; '),
	);
}

/** The calls of this turn; a corrected one stands in place of the one that failed. */
function latestOf({ calls }: Conversation): AnsweredCall[] {
	const bySubject = new Map(
		calls.map((call) => [JSON.stringify([call.tool, call.input.order]), call]),
	);
	return [...bySubject.values()];
}

/** Why a call was not done; nothing if it was. */
function refusalIn(result: string): string | undefined {
	const feedback = /provided feedback: \\?"(.*?)\\?"\. The tool is still/.exec(result)?.[1];
	if (feedback !== undefined) return feedback;
	if (/rejected the tool call/.test(result)) return 'rejected';
	return /"error":"((?:[^"\\]|\\.)*)"/.exec(result)?.[1];
}

/** Field names of errors, as the tools' inputs call them. */
const INPUTS: Record<string, string> = {
	Title: 'title',
	Preview: 'preview',
	'Business ID': 'business_id',
};

/** The same call with what its error asks for, if the error says so: a shorter text. */
function correctionOf({ tool, input, result }: AnsweredCall): PlannedCall | undefined {
	const [, field = '', most = ''] =
		/(Title|Preview|Business ID) has \d+ characters, but at most (\d+) are allowed/.exec(result) ??
		[];
	const name = INPUTS[field];
	const text = name === undefined ? undefined : input[name];
	if (name === undefined || typeof text !== 'string') return undefined;
	const short = Array.from(text).slice(0, Number(most)).join('');
	return { tool, input: { ...input, [name]: short } };
}
