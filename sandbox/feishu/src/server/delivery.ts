import type { FastifyReply } from 'fastify';

import type { Answer, FeishuError } from '../answers';
import type { Exchange, Outcome } from '../requests';
import type { Sandbox } from '../sandbox';

const PAGE_OF_HTML =
	'<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>';

/** The ways for an answer, or for none, to leave; each notes how the request ended. */
export class Delivery {
	constructor(
		private readonly sandbox: Sandbox,
		private readonly exchange: Exchange,
		private readonly reply: FastifyReply,
	) {}

	/** Answers with JSON. */
	send(answer: Answer): FastifyReply {
		const text = JSON.stringify(answer.body);
		this.exchange.code = answer.body.code;
		if (this.keepsBodies) this.exchange.responseHeaders = answer.headers;
		const outcome = answer.body.code === 99991400 ? 'refused' : 'answered';
		const headers = { 'content-type': 'application/json; charset=utf-8', ...answer.headers };
		return this.answer(answer.status, headers, text, outcome);
	}

	/** Answers with an error of Feishu's. */
	refuse(error: FeishuError): FastifyReply {
		return this.send(error.toAnswer(this.exchange.logId));
	}

	/** Answers with a page of HTML, as a proxy on the way would, or with another text. */
	sendHtml(status: number, text = PAGE_OF_HTML): FastifyReply {
		return this.answer(status, { 'content-type': 'text/html' }, text, 'answered');
	}

	/** Ends the connection without an answer. */
	drop(): FastifyReply {
		this.end('dropped');
		this.reply.hijack();
		this.reply.raw.destroy();
		return this.reply;
	}

	/** Ends the connection in the middle of the answer. */
	cutOff(answer: Answer): FastifyReply {
		const text = Buffer.from(JSON.stringify(answer.body));
		this.exchange.status = answer.status;
		this.end('cutOff');
		this.reply.hijack();
		this.reply.raw.writeHead(answer.status, {
			'content-type': 'application/json; charset=utf-8',
			'content-length': text.length,
			'x-tt-logid': this.exchange.logId,
		});
		const half = text.subarray(0, text.length >> 1);
		this.reply.raw.write(half, () => this.reply.raw.destroy());
		return this.reply;
	}

	/** Whether the caller went away, so that nothing can be answered any more. */
	get isAbandoned(): boolean {
		return this.reply.raw.destroyed;
	}

	private get keepsBodies(): boolean {
		return this.sandbox.settings.recording.bodies;
	}

	private answer(
		status: number,
		headers: Record<string, string>,
		text: string,
		outcome: Outcome,
	): FastifyReply {
		this.exchange.status = status;
		if (this.keepsBodies) this.exchange.rawResponse = text;
		this.end(outcome);
		return this.reply
			.code(status)
			.headers({ 'x-tt-logid': this.exchange.logId, ...headers })
			.send(text);
	}

	private end(outcome: Outcome): void {
		this.sandbox.requests.end(this.exchange, outcome, this.sandbox.clock.now());
	}
}
