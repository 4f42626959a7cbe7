/** What of the chat-completions interface is used here (OpenAI API reference, "Chat Completions"). */
export interface ChatRequest {
	model?: string;
	messages: ChatMessage[];
	tools?: ChatTool[];
	stream?: boolean;
}

export interface ChatMessage {
	role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
	content?: string | Array<{ type: string; text?: string }> | null;
	tool_calls?: ToolCall[];
	tool_call_id?: string;
}

export interface ToolCall {
	id: string;
	type: 'function';
	function: { name: string; arguments: string };
}

export interface ChatTool {
	type: 'function';
	function: {
		name: string;
		description?: string;
		parameters?: { properties?: Record<string, unknown> };
	};
}

/** What the model does next: it says something, or it calls tools. */
export type Decision = { say: string } | { call: PlannedCall[] };

export interface PlannedCall {
	tool: string;
	input: Record<string, unknown>;
}

/** A call of the current turn, with what came back. */
export interface AnsweredCall extends PlannedCall {
	/** The text that the tool, or n8n in its place, gave. */
	result: string;
}

/** A conversation as the model is handed it. It knows nothing else. */
export class Conversation {
	constructor(private readonly request: ChatRequest) {}

	/** What the user said last. */
	get wish(): string {
		return this.said('user').at(-1) ?? '';
	}

	/** Everything that was said in earlier turns, and what the user said last, oldest first. */
	get history(): string[] {
		return this.said('user', 'assistant');
	}

	/** The calls since the user spoke last, oldest first. */
	get calls(): AnsweredCall[] {
		const { messages } = this.request;
		const begin = messages.findLastIndex(({ role }) => role === 'user') + 1;
		const turn = messages.slice(begin);
		return turn
			.flatMap(({ tool_calls: calls = [] }) => calls)
			.flatMap(({ id, function: { name, arguments: input } }) => {
				const answer = turn.find(({ role, tool_call_id: of }) => role === 'tool' && of === id);
				return answer ? [{ tool: name, input: inputOf(input), result: textOf(answer) }] : [];
			});
	}

	/** The name of the tool whose name has a word in it. */
	toolWith(word: string): string | undefined {
		return this.request.tools?.find(({ function: { name } }) =>
			name.toLowerCase().includes(word.toLowerCase()),
		)?.function.name;
	}

	/** The input as the tool's schema wants it: n8n wraps that of a tool which a human reviews. */
	inputFor(tool: string, input: Record<string, unknown>): Record<string, unknown> {
		const schema = this.request.tools?.find(({ function: { name } }) => name === tool)?.function;
		const properties = schema?.parameters?.properties ?? {};
		return 'toolParameters' in properties ? { toolParameters: input, hitlParameters: {} } : input;
	}

	private said(...roles: Array<ChatMessage['role']>): string[] {
		return this.request.messages
			.filter(({ role }) => roles.includes(role))
			.map(textOf)
			.filter((text) => text !== '');
	}
}

function textOf({ content }: ChatMessage): string {
	if (typeof content === 'string') return content;
	return (content ?? []).map(({ text = '' }) => text).join('');
}

/** What a model gave as the input of a tool, without n8n's wrapping. */
function inputOf(json: string): Record<string, unknown> {
	const input = JSON.parse(json || '{}') as Record<string, unknown>;
	const { toolParameters } = input;
	return (toolParameters as Record<string, unknown> | undefined) ?? input;
}
