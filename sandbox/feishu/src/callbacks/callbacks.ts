import { randomBytes } from 'node:crypto';

import type { App } from '../apps';
import type { Sandbox } from '../sandbox';
import { readCallbackAnswer, readEventAnswer } from './answers';
import type { ButtonCallback } from './configuration';
import { DeliveryFailure, type Received } from './deliveryFailure';
import { type DeliveryAttempt, EventLog, type PushedEvent } from './eventLog';
import { post, type UrlVerification, verifyUrl } from './urlDelivery';

/** Seconds after a failed try of an event until the next (Feishu reference: "Event subscription"). */
export const RETRY_DELAYS = [15, 5 * 60, 60 * 60, 6 * 60 * 60] as const;

/** The forms that the body of an event can have. */
export const EVENT_SCHEMAS = ['1.0', '2.0', 'none'] as const;

/** What to send. */
export interface NewEvent {
	kind: PushedEvent['kind'];
	event_type: string;
	/** By default the app's first; empty where it is not for one tenant. */
	tenant_key?: string;
	/** The body's `event`. */
	event: object;
	/**
	 * Form of the body: `2.0`, but for `app_ticket`, an older event, `1.0`. `none`: the event is the whole body,
	 * as in the old callback of a button.
	 */
	schema?: (typeof EVENT_SCHEMAS)[number];
	/** Callbacks of buttons: who pressed what. */
	pressed?: Pick<PushedEvent, 'open_id' | 'biz_id' | 'chat_id'>;
}

const MOST_WRONG_ANSWER = 1000;
const OLD_BUTTON_CALLBACK: ButtonCallback = 'card.action.trigger_v1';

/** Sends callbacks and events to the apps, and keeps what became of them. */
export class Callbacks {
	readonly log = new EventLog((event) => this.sandbox.live.noteEvent(event));
	private readonly retries = new Set<NodeJS.Timeout>();
	private readonly stopping = new AbortController();

	constructor(private readonly sandbox: Sandbox) {}

	/** Sends an event; resolves after the first try, whatever came of it. */
	async send(app: App, { kind, event_type, pressed, ...rest }: NewEvent): Promise<PushedEvent> {
		const { tenant_key = app.tenant_keys[0], event } = rest;
		const { schema = event_type === 'app_ticket' ? '1.0' : '2.0' } = rest;
		const createdAt = this.sandbox.clock.now();
		const event_id = randomBytes(16).toString('hex');
		const token = app.callback.verification_token;
		const body =
			schema === 'none'
				? event
				: schema === '1.0'
					? {
							uuid: event_id,
							token,
							ts: (createdAt / 1000).toFixed(6),
							type: 'event_callback',
							event: {
								app_id: app.app_id,
								tenant_key: tenant_key || undefined,
								type: event_type,
								...event,
							},
						}
					: {
							schema,
							header: {
								event_id,
								token,
								create_time: createTime(kind, createdAt),
								event_type,
								tenant_key,
								app_id: app.app_id,
							},
							event,
						};
		const opened = this.log.open(
			{ event_id, event_type, kind, app_id: app.app_id, tenant_key, createdAt, body, ...pressed },
			this.sandbox.settings.recording.mostRequests,
		);
		await this.attempt(app, opened, 0);
		return opened;
	}

	/**
	 * Pushes a store app's ticket (Feishu reference: "app_ticket event"); resolves after the first try,
	 * whatever came of it.
	 */
	pushAppTicket(app: App): Promise<PushedEvent> {
		const { app_ticket } = app;
		return this.send(app, {
			kind: 'event',
			event_type: 'app_ticket',
			tenant_key: '',
			event: { app_ticket },
		});
	}

	/** Sends one more copy of an event now, whatever became of the others. */
	async sendAgain(app: App, event: PushedEvent): Promise<DeliveryAttempt> {
		return this.deliver(app, event);
	}

	/** Asks the app's URL, or another, for the challenge. */
	verifyUrl(app: App, url = app.callback.url): Promise<UrlVerification> {
		const { verificationTimeout, signedVerification, timestampUnit } =
			this.sandbox.settings.callbacks;
		return verifyUrl({
			url,
			configuration: app.callback,
			signed: signedVerification ? 'withEncryptKey' : 'no',
			timestampUnit,
			now: this.sandbox.clock.now(),
			timeout: verificationTimeout,
			stopping: this.stopping.signal,
		});
	}

	/** Forgets all events and what was still to be sent again. */
	reset(): void {
		for (const retry of this.retries) clearTimeout(retry);
		this.retries.clear();
		this.log.clear();
	}

	/** Ends everything that waits, for good. */
	stop(): void {
		this.reset();
		this.stopping.abort();
	}

	/** `failed`: how many tries have failed before; copies sent on demand do not count. */
	private async attempt(app: App, event: PushedEvent, failed: number): Promise<void> {
		event.state = 'underWay';
		event.nextAttemptAt = undefined;
		const { failure } = await this.deliver(app, event);
		// After a reset nobody asks for this event any more.
		if (this.log.find(event.event_id) !== event) return;
		const delay = event.kind === 'event' ? RETRY_DELAYS[failed] : undefined;
		if (!failure) event.state = 'answered';
		else if (delay === undefined || failure.reason === 'noReceiver') event.state = 'failed';
		else {
			const { retryTimeFactor } = this.sandbox.settings.callbacks;
			this.attemptLater(event, failed + 1, delay * 1000 * retryTimeFactor);
		}
	}

	private attemptLater(event: PushedEvent, failed: number, delay: number): void {
		event.state = 'waiting';
		event.nextAttemptAt = this.sandbox.clock.now() + delay;
		const retry = setTimeout(() => {
			this.retries.delete(retry);
			const app = this.sandbox.apps.get(event.app_id);
			if (app) void this.attempt(app, event, failed);
		}, delay);
		this.retries.add(retry);
	}

	private async deliver(app: App, event: PushedEvent): Promise<DeliveryAttempt> {
		const { clock } = this.sandbox;
		const attempt = this.log.begin(event, clock.now());
		try {
			const received = await this.transmit(app, event, attempt);
			attempt.answeredAt = clock.now();
			attempt.status = received.status;
			attempt.answer =
				event.kind === 'callback' ? readCallbackAnswer(received) : readEventAnswer(received);
		} catch (error) {
			if (!(error instanceof DeliveryFailure)) throw error;
			const { reason, message, received } = error;
			attempt.failure = { reason, message };
			if (received) {
				attempt.answeredAt ??= clock.now();
				attempt.status = received.status;
				attempt.wrongAnswer = received.text.slice(0, MOST_WRONG_ANSWER);
			}
		}
		this.log.end(event, attempt);
		return attempt;
	}

	/** Sends it the way that the app is configured for, and notes which way that was. */
	private transmit(app: App, event: PushedEvent, attempt: DeliveryAttempt): Promise<Received> {
		const { callbacks, longConnection } = this.sandbox.settings;
		const text = JSON.stringify(event.body);
		const { mode, url } = app.callback;
		const isOld = event.event_type === OLD_BUTTON_CALLBACK;
		if (url && mode !== 'longConnection') {
			attempt.via = 'url';
			attempt.url = url;
			return post({
				url,
				text,
				configuration: app.callback,
				signed: isOld ? 'withVerificationToken' : 'withEncryptKey',
				timestampUnit: callbacks.timestampUnit,
				now: attempt.sentAt,
				timeout: callbacks.answerTimeout,
				stopping: this.stopping.signal,
			});
		}
		if (isOld)
			throw new DeliveryFailure('noReceiver', 'The old callback goes to a callback URL only');
		const connection = mode === 'url' ? undefined : this.sandbox.longConnections.pick(app.app_id);
		if (!connection) {
			const lacking = { url: 'callback URL', longConnection: 'open long connection' };
			const what = mode === 'automatic' ? Object.values(lacking).join(' and no ') : lacking[mode];
			throw new DeliveryFailure('noReceiver', `The app has no ${what}`);
		}
		attempt.via = 'longConnection';
		attempt.connection = connection.view.number;
		const type = event.kind === 'callback' ? longConnection.callbackType : 'event';
		return connection.deliver({ text, type, timeout: callbacks.answerTimeout });
	}
}

/** Milliseconds since 1970 for events, microseconds for callbacks. */
function createTime(kind: PushedEvent['kind'], now: number): string {
	return String(Math.floor(kind === 'callback' ? now * 1000 : now));
}
