import type { IHttpRequestOptions, Logger } from 'n8n-workflow';

import { EventDelivery, readPayload } from './EventDelivery';
import type { EventListener, EventResponse } from './EventDelivery';
import { FRAME_METHOD, headerOf } from './frames';
import type { Frame } from './frames';
import { FrameSocket } from './FrameSocket';
import { DEFAULT_CLIENT_CONFIG, askForEndpoint, readClientConfig } from './endpoint';
import type { Attempt, ConnectionFailure, LongConnectionApp } from './endpoint';
import { PayloadAssembler } from './PayloadAssembler';
import { processState } from '../../shared/primitives/processState';
import { waitUntil } from '../../shared/primitives/waitUntil';

export type { EventListener } from './EventDelivery';
export type { LongConnectionApp } from './endpoint';

/** What the connection needs of n8n. */
export interface LongConnectionTools {
	/** Sends one HTTP request and gives the parsed JSON body of the response, whatever its status. */
	send: (options: IHttpRequestOptions) => Promise<unknown>;
	/** Reads the credential anew: somebody may have edited it since the connection was opened. */
	readApp?: () => Promise<LongConnectionApp>;
	logger: Logger;
	/** Called when a connection that was open is lost for good, and no more events come. */
	onLost?: (error: LongConnectionError) => void;
	/** For tests: makes the socket; Node's own WebSocket by default. */
	openSocket?: (url: string) => WebSocket;
}

/** How often the first connection is attempted, and the pause between two attempts. */
const MAX_FIRST_ATTEMPTS = 3;
const FIRST_PAUSE_MS = 1_000;
/** How long the last listener's events have for their responses before the connection is closed. */
const LAST_RESPONSES_MS = 400;
/** The shortest wait before connecting again, should Feishu ask for none. */
const MIN_RECONNECT_WAIT_MS = 500;

/** Why a connection could not be made, or was lost: for n8n. */
export class LongConnectionError extends Error {
	constructor({ message }: ConnectionFailure) {
		super(message);
		this.name = 'FeishuLongConnectionError';
	}
}

/** What messages in n8n's log begin with. */
const NAME = 'The long connection to Feishu';

/** The connections of this process, by base URL and App ID. */
const connections = processState(() => new Map<string, LongConnection>());

/**
 * Receives the events of an app over a long connection (长连接), which needs no public address.
 *
 * All listeners of an app in this process share one connection, since Feishu gives each event to
 * one connection only; each listener gets every event, and copies of it, too. The response to an event
 * is the first one that is not empty, else `{}`, or an error when a listener did not take the event. An
 * interrupted connection comes back by itself.
 *
 * @returns ends the subscription; the connection is closed with the last one
 * @throws {LongConnectionError} with what to do, when the first connection cannot be made
 */
export async function listen(
	app: LongConnectionApp,
	listener: EventListener,
	tools: LongConnectionTools,
): Promise<() => Promise<void>> {
	if (tools.openSocket === undefined && typeof WebSocket === 'undefined') {
		throw new LongConnectionError({
			message:
				'The long connection needs Node.js 22 or later: run n8n on a newer Node.js, or receive events over the webhook',
			retryable: false,
		});
	}
	const ofThisProcess = connections.current;
	const key = `${app.baseUrl}\n${app.appId}`;
	let connection = ofThisProcess.get(key);
	while (connection !== undefined && connection.appSecret !== app.appSecret) {
		// That connection may have the wrong secret, and be about to fail.
		const isMade = await connection.connected.then(
			() => true,
			() => false,
		);
		if (isMade) {
			await proveSecret(app, tools);
			connection.appSecret = app.appSecret;
		}
		connection = ofThisProcess.get(key);
	}
	if (connection === undefined) {
		connection = new LongConnection(app, tools, () => ofThisProcess.delete(key));
		ofThisProcess.set(key, connection);
	}
	return await connection.join(listener, tools);
}

/** Whoever joins a connection must know the App Secret, too: an App ID is not a secret. */
async function proveSecret(app: LongConnectionApp, { send }: LongConnectionTools): Promise<void> {
	await attemptAtFirst(async () => await askForEndpoint(app, send));
}

/**
 * Makes a few attempts.
 *
 * @throws {LongConnectionError} when the last one fails, or one that cannot succeed later
 */
async function attemptAtFirst<Value>(attempt: () => Promise<Attempt<Value>>): Promise<Value> {
	for (let attempts = 1; ; attempts++) {
		const { value, failure } = await attempt();
		if (failure === undefined) return value;
		if (!failure.retryable || attempts === MAX_FIRST_ATTEMPTS)
			throw new LongConnectionError(failure);
		await waitUntil(Date.now() + FIRST_PAUSE_MS);
	}
}

/** The tools that came with a listener, and what ends its subscription. */
interface Subscription {
	tools: LongConnectionTools;
	unsubscribe: () => void;
}

/** The connection of one app, from its first listener to its last. */
class LongConnection {
	/** The newest that Feishu has accepted, for connecting again. */
	appSecret: string;
	/** Settles when the first connection is made, or cannot be made. */
	readonly connected: Promise<void>;
	private readonly subscriptions = new Set<Subscription>();
	private readonly delivery = new EventDelivery();
	private readonly parts = new PayloadAssembler((reason) => this.debug(`drops ${reason}`));
	/** Aborts requests and waits when the connection is over. */
	private readonly over = new AbortController();
	private config = DEFAULT_CLIENT_CONFIG;
	private socket?: FrameSocket;

	/**
	 * @param tools of one of the listeners
	 * @param forget called once, when nobody can join any more
	 */
	constructor(
		private readonly app: LongConnectionApp,
		private tools: LongConnectionTools,
		private readonly forget: () => void,
	) {
		this.appSecret = app.appSecret;
		this.connected = this.start();
		this.connected.catch(() => this.end('it could not be made'));
	}

	/**
	 * Waits for the first connection.
	 *
	 * @returns ends the subscription
	 */
	async join(listener: EventListener, tools: LongConnectionTools): Promise<() => Promise<void>> {
		const unsubscribe = this.delivery.subscribe(listener, tools.logger);
		const subscription = { tools, unsubscribe };
		this.subscriptions.add(subscription);
		await this.connected;
		return async () => await this.leave(subscription);
	}

	private async leave(subscription: Subscription): Promise<void> {
		subscription.unsubscribe();
		this.subscriptions.delete(subscription);
		// What is being handed over gets its own response; somebody may join meanwhile.
		if (this.subscriptions.size === 0 && this.delivery.isPending) {
			await this.delivery.untilResponded(Date.now() + LAST_RESPONSES_MS);
		}
		const [other] = this.subscriptions;
		if (other !== undefined) {
			this.tools = other.tools;
			return;
		}
		this.end('nobody listens any more');
		await this.socket?.untilClosed();
	}

	private async start(): Promise<void> {
		const socket = await attemptAtFirst(async () => await this.connect());
		void this.stay(socket);
	}

	/** Connects again whenever the connection ends, until the last listener leaves. */
	private async stay(first: FrameSocket): Promise<void> {
		this.debug('is open');
		for (let socket: FrameSocket | undefined = first; socket !== undefined; ) {
			const reason: string = await socket.ended;
			if (this.over.signal.aborted) return;
			this.tools.logger.warn(`${NAME} is interrupted (${reason}) and will be opened again`);
			socket = await this.reconnect();
			if (socket !== undefined) this.tools.logger.info(`${NAME} is open again`);
		}
	}

	/** @returns nothing when the last listener has left, or when the connection is lost for good */
	private async reconnect(): Promise<FrameSocket | undefined> {
		const { signal } = this.over;
		const firstWaitMs = Math.random() * this.config.ReconnectNonce * 1_000;
		await waitUntil(Date.now() + Math.max(MIN_RECONNECT_WAIT_MS, firstWaitMs), signal);
		let lastFailure: ConnectionFailure = {
			message: 'Feishu allows no attempts to connect again',
			retryable: true,
		};
		for (let attempts = 0; !signal.aborted; attempts++) {
			const { ReconnectCount: maxAttempts, ReconnectInterval: seconds } = this.config;
			if (maxAttempts >= 0 && attempts >= maxAttempts) return this.lose(lastFailure);
			if (attempts > 0) {
				this.tools.logger.warn(
					`${NAME} cannot be opened again yet. ${lastFailure.message}. The next attempt is in ${seconds} seconds.`,
				);
				await waitUntil(Date.now() + seconds * 1_000, signal);
			}
			await this.followCredentials();
			if (signal.aborted) return undefined;
			const { value: socket, failure } = await this.connect();
			if (failure === undefined) return socket;
			if (!failure.retryable) return this.lose(failure);
			lastFailure = failure;
		}
		return undefined;
	}

	/** Takes a secret that is new in a credential, and lets go of listeners whose credential names another app. */
	private async followCredentials(): Promise<void> {
		for (const subscription of [...this.subscriptions]) {
			const { readApp, onLost } = subscription.tools;
			const app = await readApp?.().catch(() => undefined);
			if (app === undefined) continue;
			if (app.baseUrl === this.app.baseUrl && app.appId === this.app.appId) {
				this.appSecret = app.appSecret;
				continue;
			}
			const message = 'The credential has been changed to another app';
			void this.leave(subscription);
			onLost?.(new LongConnectionError({ message, retryable: true }));
		}
	}

	/** Asks for the address, every time anew, and connects. */
	private async connect(): Promise<Attempt<FrameSocket>> {
		const { send, openSocket = (url) => new WebSocket(url) } = this.tools;
		const app = { ...this.app, appSecret: this.appSecret };
		const { value: endpoint, failure } = await askForEndpoint(app, send, this.over.signal);
		if (failure !== undefined) return { failure };
		this.config = readClientConfig(endpoint.clientConfig, this.config);
		const noSocket = {
			failure: {
				message: `No WebSocket to ${new URL(endpoint.url).host} can be opened: check that firewalls let it through. Behind a proxy, run n8n on Node.js 24 or later with HTTPS_PROXY and NODE_USE_ENV_PROXY=1: without the latter, only n8n's other requests use the proxy`,
				retryable: true,
			},
		};
		if (this.over.signal.aborted) return noSocket;
		try {
			const socket: FrameSocket = new FrameSocket(
				openSocket(endpoint.url),
				endpoint.serviceId,
				this.config.PingInterval * 1_000,
				(frame) => this.receive(frame, socket),
			);
			this.socket = socket;
			return (await socket.open()) ? { value: socket } : noSocket;
		} catch {
			// The error may hold the address, and with it the ticket that opens the connection.
			return noSocket;
		}
	}

	/** Gives up a connection that was open. */
	private lose(failure: ConnectionFailure): undefined {
		if (this.over.signal.aborted) return;
		this.tools.logger.error(`${NAME} is lost, and no more events come. ${failure.message}`);
		this.end(failure.message);
		const error = new LongConnectionError(failure);
		for (const { tools } of this.subscriptions) tools.onLost?.(error);
	}

	private end(reason: string): void {
		if (this.over.signal.aborted) return;
		this.over.abort();
		this.forget();
		// What was received gets its response before the connection is closed.
		this.delivery.respondToAll();
		this.socket?.end(reason);
		this.debug(`is closed: ${reason}`);
	}

	private receive(frame: Frame | undefined, socket: FrameSocket): void {
		this.parts.dropLate(Date.now());
		if (frame?.method === FRAME_METHOD.control) this.receiveControl(frame, socket);
		else if (frame?.method === FRAME_METHOD.data) this.receiveData(frame, socket);
		else this.debug('drops a message that is not a frame');
	}

	/** A pong may bring new settings. */
	private receiveControl(frame: Frame, socket: FrameSocket): void {
		if (headerOf(frame, 'type') !== 'pong' || !frame.payload?.length) return;
		const config = readPayload(frame.payload);
		if (config === undefined) {
			this.debug('drops the settings of a pong, which are not a JSON object');
			return;
		}
		this.config = readClientConfig(config, this.config);
		socket.changePingInterval(this.config.PingInterval * 1_000);
	}

	private receiveData(frame: Frame, socket: FrameSocket): void {
		const receivedAtMs = Date.now();
		const type = headerOf(frame, 'type');
		if (type !== 'event' && type !== 'card') {
			this.debug('drops a frame of an unknown type');
			return;
		}
		const payload = this.parts.add(frame, receivedAtMs);
		if (payload === undefined) return;
		const isEvent = this.delivery.deliver(payload, (response) =>
			socket.send(responseFrame(frame, response, receivedAtMs)),
		);
		if (!isEvent) this.debug('drops an event that is not a JSON object');
	}

	private debug(what: string): void {
		this.tools.logger.debug(`${NAME} ${what}`);
	}
}

/** The frame with the response to an event: the event's own, with the time that it took and the response. */
function responseFrame(event: Frame, { code, json }: EventResponse, receivedAtMs: number): Frame {
	const data = json === undefined ? undefined : Buffer.from(json, 'utf8').toString('base64');
	return {
		...event,
		headers: [...event.headers, { key: 'biz_rt', value: String(Date.now() - receivedAtMs) }],
		payload: Buffer.from(JSON.stringify({ code, data }), 'utf8'),
	};
}
