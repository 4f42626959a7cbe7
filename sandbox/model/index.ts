import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';

import fastify, { type FastifyReply } from 'fastify';

import { Conversation, type ChatRequest, type Decision, type ToolCall } from './conversation';
import { decide } from './script';

export type { ChatRequest } from './conversation';

/** A model that runs. */
export interface ScriptedModel {
	/** What n8n's model node takes as the base URL of its credential. */
	baseUrl: string;
	/** Every request so far, oldest first. */
	requests: ChatRequest[];
	close(): Promise<void>;
}

/**
 * Starts a stand-in for a language model on localhost, with OpenAI's chat-completions interface. It follows a script
 * (see `decide`), so that agents can be walked through without an account.
 * @throws when the port is taken
 */
export async function startScriptedModel({ port = 0 } = {}): Promise<ScriptedModel> {
	const requests: ChatRequest[] = [];
	const server = fastify({ forceCloseConnections: true });
	server.get('/v1/models', () => ({
		object: 'list',
		data: [{ id: 'scripted', object: 'model', created: 0, owned_by: 'sandbox' }],
	}));
	server.post<{ Body: ChatRequest }>('/v1/chat/completions', async ({ body }, reply) => {
		requests.push(body);
		const message = messageOf(decide(new Conversation(body)));
		if (body.stream === true) return await sendAsStream(reply, message);
		return {
			...completion('chat.completion'),
			choices: [{ index: 0, message, finish_reason: finishOf(message) }],
			usage: NO_USAGE,
		};
	});
	await server.listen({ host: '127.0.0.1', port });
	const address = server.server.address() as AddressInfo;
	return {
		baseUrl: `http://127.0.0.1:${address.port}/v1`,
		requests,
		close: async () => await server.close(),
	};
}

interface AssistantMessage {
	role: 'assistant';
	content: string | null;
	tool_calls?: ToolCall[];
}

const NO_USAGE = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };

function messageOf(decision: Decision): AssistantMessage {
	if ('say' in decision) return { role: 'assistant', content: decision.say };
	return {
		role: 'assistant',
		content: null,
		tool_calls: decision.call.map(({ tool, input }) => ({
			id: `call_${randomUUID()}`,
			type: 'function',
			function: { name: tool, arguments: JSON.stringify(input) },
		})),
	};
}

function finishOf({ tool_calls: calls }: AssistantMessage): string {
	return calls === undefined ? 'stop' : 'tool_calls';
}

function completion(object: string): Record<string, unknown> {
	return {
		id: `chatcmpl-${randomUUID()}`,
		object,
		created: Math.floor(Date.now() / 1000),
		model: 'scripted',
	};
}

/** Sends the message as server-sent events: all of it in one, then its end. */
async function sendAsStream(reply: FastifyReply, message: AssistantMessage): Promise<FastifyReply> {
	const chunk = completion('chat.completion.chunk');
	const delta = {
		...message,
		...(message.tool_calls && {
			tool_calls: message.tool_calls.map((call, index) => ({ index, ...call })),
		}),
	};
	const events = [
		{ ...chunk, choices: [{ index: 0, delta, finish_reason: null }] },
		{ ...chunk, choices: [{ index: 0, delta: {}, finish_reason: finishOf(message) }] },
		{ ...chunk, choices: [], usage: NO_USAGE },
	];
	const body = [...events.map((event) => JSON.stringify(event)), '[DONE]']
		.map((data) => `data: ${data}\n\n`)
		.join('');
	return await reply.type('text/event-stream').send(body);
}
