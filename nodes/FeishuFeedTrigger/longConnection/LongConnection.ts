import type { IHttpRequestOptions, Logger } from 'n8n-workflow';

import { EventDelivery, readPayload } from './EventDelivery';
import type { EventListener } from './EventDelivery';
import { FRAME_METHOD, headerOf } from './frames';
import type { Frame } from './frames';
import { FrameSocket } from './FrameSocket';
import {
	DEFAULT_CLIENT_CONFIG,
	LongConnectionError,
	askForEndpoint,
	readClientConfig,
} from './endpoint';
import type { LongConnectionApp } from './endpoint';
import { PayloadAssembler } from './PayloadAssembler';
import { processState } from '../../shared/primitives/processState';
import { pollUntil } from '../../shared/primitives/waitUntil';

export type { EventListener } from './EventDelivery';
export { LongConnectionError } from './endpoint';
export type { LongConnectionApp } from './endpoint';

/** What the connection needs of n8n. */
export interface LongConnectionTools {
	/** Sends one HTTP request and gives the parsed JSON body of its answer, whatever its status. */
	send: (options: IHttpRequestOptions) => Promise<unknown>;
	logger: Logger;
	/** Is told when a connection that was open is lost for good, and no more events come. */
	onLost?: (error: LongConnectionError) => void;
	/** For tests: makes the socket; Node's own WebSocket by default. */
	openSocket?: (url: string) => WebSocket;
}

/** How often the first connection is tried, and the pause between two tries, in milliseconds. */
const FIRST_TRIES = 3;
const FIRST_PAUSE = 1_000;
/** The shortest wait before connecting again, in milliseconds, should Feishu ask for none. */
const SHORTEST_WAIT = 500;

/** What messages in n8n's log begin with. */
const NAME = 'The long connection to Feishu';

/** The connections of this process, by base URL and App ID. */
const connections = processState(() => new Map<string, LongConnection>());

/**
 * Receives the events of an app over a long connection (长连接), which needs no public address.
 *
 * All listeners of an app in this process share one connection, since Feishu gives each event to
 * one connection only; each listener gets every event, once. The answer to an event is the first
 * one that is not empty; after 2.8 seconds it is `{}`. An interrupted connection comes back by itself.
 *
 * @returns ends the subscription; the connection is closed with the last one
 * @throws {LongConnectionError} saying what to mend, when the first connection cannot be made
 */
export async function listen(
	app: LongConnectionApp,
	listener: EventListener,
	tools: LongConnectionTools,
): Promise<() => Promise<void>> {
	if (tools.openSocket === undefined && typeof WebSocket === 'undefined') {
		throw new LongConnectionError(
			'The long connection needs Node.js 22 or later: run n8n on a newer Node.js, or receive events over the webhook',
		);
	}
	const ofThisProcess = connections.current;
	const key = `${app.baseUrl}\n${app.appId}`;
	let connection = ofThisProcess.get(key);
	while (connection !== undefined && connection.appSecret !== app.appSecret) {
		// Its own secret may be the wrong one, and it about to fail.
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

/** Whoever joins a connection must know the app's secret, too: an App ID is no secret. */
async function proveSecret(app: LongConnectionApp, { send }: LongConnectionTools): Promise<void> {
	await tryAtFirst(async () => await askForEndpoint(app, send));
}

/** Makes a few attempts; what cannot pass ends them at once. */
async function tryAtFirst<Result>(
	attempt: () => Promise<Result | LongConnectionError>,
): Promise<Result> {
	for (let tries = 1; ; tries++) {
		const result = await attempt();
		if (!(result instanceof LongConnectionError)) return result;
		if (!result.retryable || tries === FIRST_TRIES) throw result;
		await pollUntil(Date.now() + FIRST_PAUSE, () => false);
	}
}

/** What a listener brought, and what ends its subscription. */
interface Subscription {
	tools: LongConnectionTools;
	unsubscribe: () => void;
}

/** The connection of one app, from its first listener to its last. */
class LongConnection {
	/** The newest that Feishu has taken, for connecting again. */
	appSecret: string;
	/** Settles when the first connection is made, or cannot be made. */
	readonly connected: Promise<void>;
	private readonly subscriptions = new Set<Subscription>();
	private readonly delivery = new EventDelivery();
	private readonly parts = new PayloadAssembler((reason) => this.debug(`drops ${reason}`));
	private readonly requests = new AbortController();
	private config = DEFAULT_CLIENT_CONFIG;
	private socket?: FrameSocket;
	private isOver = false;

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

	/** Waits for the first connection; gives what ends the subscription. */
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
		const [other] = this.subscriptions;
		if (other !== undefined) {
			this.tools = other.tools;
			return;
		}
		this.end('nobody listens any more');
		await this.socket?.untilClosed();
	}

	private async start(): Promise<void> {
		const socket = await tryAtFirst(async () => await this.connect());
		void this.stay(socket);
	}

	/** Connects again whenever the connection ends, until the last listener leaves. */
	private async stay(first: FrameSocket): Promise<void> {
		this.debug('is open');
		for (let socket: FrameSocket | undefined = first; socket !== undefined; ) {
			const reason: string = await socket.ended;
			if (this.isOver) return;
			this.tools.logger.warn(`${NAME} is interrupted (${reason}) and will be opened again`);
			socket = await this.reconnect();
			if (socket !== undefined) this.tools.logger.info(`${NAME} is open again`);
		}
	}

	/** Gives nothing when the last listener has left, or when it gives up. */
	private async reconnect(): Promise<FrameSocket | undefined> {
		const isOver = () => this.isOver;
		const firstWait = Math.random() * this.config.ReconnectNonce * 1_000;
		await pollUntil(Date.now() + Math.max(SHORTEST_WAIT, firstWait), isOver);
		let problem = new LongConnectionError('Feishu wants no attempts to connect again');
		for (let tries = 0; !this.isOver; tries++) {
			const { ReconnectCount: most, ReconnectInterval: seconds } = this.config;
			if (most >= 0 && tries >= most) return this.lose(problem);
			if (tries > 0) {
				this.tools.logger.warn(
					`${NAME} cannot be opened again yet. ${problem.message}. The next attempt is in ${seconds} seconds.`,
				);
				await pollUntil(Date.now() + seconds * 1_000, isOver);
			}
			const result = await this.connect();
			if (result instanceof FrameSocket) return result;
			if (!result.retryable) return this.lose(result);
			problem = result;
		}
		return undefined;
	}

	/** Asks where to connect to, every time anew, and connects. */
	private async connect(): Promise<FrameSocket | LongConnectionError> {
		const { send, openSocket = (url) => new WebSocket(url) } = this.tools;
		const app = { ...this.app, appSecret: this.appSecret };
		const endpoint = await askForEndpoint(app, send, this.requests.signal);
		if (endpoint instanceof LongConnectionError) return endpoint;
		this.config = readClientConfig(endpoint.clientConfig, this.config);
		const problem = new LongConnectionError(
			`No WebSocket to ${new URL(endpoint.url).host} can be opened: check that firewalls and proxies let it through`,
			true,
		);
		if (this.isOver) return problem;
		try {
			const socket: FrameSocket = new FrameSocket(
				openSocket(endpoint.url),
				endpoint.serviceId,
				() => this.config.PingInterval * 1_000,
				(frame) => this.receive(frame, socket),
			);
			this.socket = socket;
			return (await socket.open()) ? socket : problem;
		} catch {
			// The error may hold the address, and with it the ticket that opens the connection.
			return problem;
		}
	}

	/** Gives up a connection that was open. */
	private lose(error: LongConnectionError): undefined {
		if (this.isOver) return;
		this.tools.logger.error(`${NAME} is lost, and no more events come. ${error.message}`);
		this.end(error.message);
		for (const { tools } of this.subscriptions) tools.onLost?.(error);
	}

	private end(reason: string): void {
		if (this.isOver) return;
		this.isOver = true;
		this.forget();
		this.requests.abort();
		// What was received is answered before the connection is closed.
		this.delivery.answerAll();
		this.socket?.end(reason);
		this.debug(`is closed: ${reason}`);
	}

	private receive(frame: Frame | undefined, socket: FrameSocket): void {
		this.parts.dropLate(Date.now());
		if (frame?.method === FRAME_METHOD.control) this.receiveControl(frame);
		else if (frame?.method === FRAME_METHOD.data) this.receiveData(frame, socket);
		else this.debug('drops a message that is no frame');
	}

	/** A pong may bring new settings. */
	private receiveControl(frame: Frame): void {
		if (headerOf(frame, 'type') !== 'pong' || !frame.payload?.length) return;
		const config = readPayload(frame.payload);
		if (config === undefined) this.debug('drops the settings of a pong, which are no JSON object');
		else this.config = readClientConfig(config, this.config);
	}

	private receiveData(frame: Frame, socket: FrameSocket): void {
		const since = Date.now();
		const type = headerOf(frame, 'type');
		if (type !== 'event' && type !== 'card') {
			this.debug('drops a frame of an unknown type');
			return;
		}
		const payload = this.parts.add(frame, since);
		if (payload === undefined) return;
		const isEvent = this.delivery.deliver(payload, (answer) =>
			socket.send(answerFrame(frame, answer, since)),
		);
		if (!isEvent) this.debug('drops an event that is no JSON object');
	}

	private debug(what: string): void {
		this.tools.logger.debug(`${NAME} ${what}`);
	}
}

/** The frame that answers an event: the event's own, with the time it took and the answer. */
function answerFrame(event: Frame, answer: string, since: number): Frame {
	const data = Buffer.from(answer, 'utf8').toString('base64');
	return {
		...event,
		headers: [...event.headers, { key: 'biz_rt', value: String(Date.now() - since) }],
		payload: Buffer.from(JSON.stringify({ code: 200, data }), 'utf8'),
	};
}
