import type { App } from './apps';
import type { ButtonPress, PressResult } from './callbacks/buttonPress';
import type { CallbackChange, CallbackConfiguration } from './callbacks/configuration';
import type {
	DeliveryAttempt,
	EventCounters,
	EventFilter,
	PushedEvent,
} from './callbacks/eventLog';
import type { UrlVerification } from './callbacks/urlDelivery';
import type { Person, PersonChange } from './company/company';
import type { Effect, EffectFilter, EffectName } from './effects';
import type { Fault, FaultOptions } from './faults';
import type { FeedEntry } from './feeds';
import type { LiveMessage } from './live';
import type { LongConnectionView } from './longConnection/connection';
import type {
	ConnectionFilter,
	Disconnection,
	LongConnectionCounters,
} from './longConnection/longConnections';
import type { Counters, RecordedRequest, RequestFilter, RequestSummary } from './requests';
import type { EventToSend, Stall } from './server/callbackRoutes';
import type {
	AppChange,
	CardView,
	CompanyView,
	DepartmentToMake,
	DepartmentView,
	FeedView,
	GroupChange,
	GroupToMake,
	GroupView,
	PeopleQuery,
	TenantChange,
} from './server/controlRoutes';
import type { Settings, SettingsChange } from './settings';
import type { PerLanguage, Scenario, StartPage, Texts } from './startPage';

export type {
	App,
	AppChange,
	ButtonPress,
	CallbackChange,
	CallbackConfiguration,
	CardView,
	CompanyView,
	ConnectionFilter,
	Counters,
	DeliveryAttempt,
	DepartmentToMake,
	DepartmentView,
	Disconnection,
	Effect,
	EffectFilter,
	EffectName,
	EventCounters,
	EventFilter,
	EventToSend,
	Fault,
	FaultOptions,
	FeedEntry,
	FeedView,
	GroupChange,
	GroupToMake,
	GroupView,
	LiveMessage,
	LongConnectionCounters,
	LongConnectionView,
	PeopleQuery,
	Person,
	PersonChange,
	PressResult,
	PushedEvent,
	RecordedRequest,
	RequestFilter,
	RequestSummary,
	PerLanguage,
	Scenario,
	Settings,
	SettingsChange,
	Stall,
	StartPage,
	TenantChange,
	Texts,
	UrlVerification,
};
export type { FaultKind } from './faults';
export type { OperationName } from './operationNames';

/**
 * The control API of a running sandbox, in this process or another. Every method rejects when the
 * sandbox does not answer or refuses the parameters; the message says what it refused.
 */
export class FeishuSandboxClient {
	/** `url`: as `startFeishuSandbox` gives it. */
	constructor(private readonly url: string) {}

	/**
	 * Back to the start: feeds, groups, apps, settings, faults, records, and unless kept, tokens, long
	 * connections and where apps get their callbacks.
	 */
	async reset(
		options: { keepTokens?: boolean; keepConnections?: boolean; keepCallbacks?: boolean } = {},
	): Promise<void> {
		await this.call('POST', '/reset', options);
	}

	/** Takes everything out of all message lists that apps have put there; nothing else changes. */
	async clearFeeds(): Promise<void> {
		await this.call('DELETE', '/feeds');
	}

	settings(): Promise<Settings> {
		return this.call('GET', '/settings');
	}

	/** Changes settings; what is absent stays. */
	changeSettings(change: SettingsChange): Promise<Settings> {
		return this.call('PATCH', '/settings', change);
	}

	/** Ends all tokens at once, of one app or of all; returns how many. */
	async expireTokens(app_id?: string): Promise<number> {
		return (await this.call<{ expired: number }>('POST', '/tokens/expire', { app_id })).expired;
	}

	/** Moves the sandbox's time on. */
	async advanceClock(seconds: number): Promise<void> {
		await this.call('POST', '/clock/advance', { seconds });
	}

	/** Recorded requests in the order of receiving. */
	async requests(filter: RequestFilter = {}): Promise<RecordedRequest[]> {
		const query = search(filter);
		return (await this.call<{ requests: RecordedRequest[] }>('GET', `/requests${query}`)).requests;
	}

	/** Forgets recorded requests and counters; feeds stay. */
	async clearRequests(): Promise<void> {
		await this.call('DELETE', '/requests');
	}

	/**
	 * Counters for each operation that was called, of effects, of events sent, of long connections and of
	 * those who listen to what changes. Cheap at any number of calls.
	 */
	counters(): Promise<{
		operations: Record<string, Counters>;
		effects: Record<EffectName, number>;
		events: EventCounters;
		longConnections: LongConnectionCounters;
		listeners: number;
	}> {
		return this.call('GET', '/counters');
	}

	/** What happened to feeds, in order. */
	async effects(filter: EffectFilter = {}): Promise<Effect[]> {
		return (await this.call<{ effects: Effect[] }>('GET', `/effects${search(filter)}`)).effects;
	}

	/** Forgets effects; feeds stay. */
	async clearEffects(): Promise<void> {
		await this.call('DELETE', '/effects');
	}

	/** The tenants with their departments and groups. */
	async company(): Promise<CompanyView[]> {
		return (await this.call<{ tenants: CompanyView[] }>('GET', '/company')).tenants;
	}

	/** People, the first 1,000 of all tenants by default. */
	async people(query: PeopleQuery = {}): Promise<Person[]> {
		const path = `/people${search({ ...query, fields: query.fields?.join(',') })}`;
		return (await this.call<{ people: Person[] }>('GET', path)).people;
	}

	/**
	 * Changes somebody (any ID): has them leave the company or come back, or makes their open ID one of
	 * another app.
	 */
	changePerson(id: string, change: PersonChange): Promise<Person> {
		return this.call('PATCH', `/people/${encodeURIComponent(id)}`, change);
	}

	/** Somebody's message list from top to bottom, by any of their three IDs. */
	async feed(id: string): Promise<FeedEntry[]> {
		const path = `/feed/${encodeURIComponent(id)}`;
		return (await this.call<{ entries: FeedEntry[] }>('GET', path)).entries;
	}

	/** The message lists of several people, in the order of the IDs; those whom nobody knows are `unknown`. */
	feeds(people: readonly string[]): Promise<{ feeds: FeedView[]; unknown: string[] }> {
		return this.call('GET', `/feeds${search({ people: people.join(',') })}`);
	}

	/**
	 * What changes from now on, until `signal` aborts or the sandbox closes: first a snapshot, then
	 * changes. `people`: open IDs of those whose message lists are of interest, by default everybody.
	 */
	async *live(signal: AbortSignal, people?: readonly string[]): AsyncGenerator<LiveMessage> {
		const path = `/live${search({ people: people?.join(',') })}`;
		const response = await fetch(`${this.url}/sandbox${path}`, { signal });
		if (!response.ok) throw new Error(`GET /sandbox${path}: ${response.status}`);
		const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
		let text = '';
		for (;;) {
			const { value, done } = await reader.read();
			if (done) return;
			text += value;
			const messages = text.split('\n\n');
			text = messages.pop()!;
			for (const message of messages) {
				const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(message) ?? [];
				if (name) yield { name, data: JSON.parse(data) } as LiveMessage;
			}
		}
	}

	/** What the start page leads to. */
	startPage(): Promise<StartPage> {
		return this.call('GET', '/start_page');
	}

	/** Replaces what the start page leads to. */
	changeStartPage(startPage: StartPage): Promise<StartPage> {
		return this.call('PUT', '/start_page', startPage);
	}

	/** Makes groups, in the first tenant by default, until the next reset; returns them in their order. */
	async createGroups(groups: GroupToMake[], tenant_key?: string): Promise<GroupView[]> {
		const body = { tenant_key, groups };
		return (await this.call<{ groups: GroupView[] }>('POST', '/groups', body)).groups;
	}

	/** Makes departments, in the first tenant by default, until the next reset; in their order. */
	async createDepartments(
		departments: DepartmentToMake[],
		tenant_key?: string,
	): Promise<DepartmentView[]> {
		const body = { tenant_key, departments };
		const answer = await this.call<{ departments: DepartmentView[] }>('POST', '/departments', body);
		return answer.departments;
	}

	/** A department with its members, by either ID. */
	department(id: string, tenant_key?: string): Promise<DepartmentView> {
		return this.call('GET', `/departments/${encodeURIComponent(id)}${search({ tenant_key })}`);
	}

	group(chat_id: string): Promise<GroupView & { memberOpenIds: string[] }> {
		return this.call('GET', `/groups/${chat_id}`);
	}

	/** Lets people (any ID) and bots into a group, or takes them out. */
	changeGroup(
		chat_id: string,
		change: GroupChange,
	): Promise<GroupView & { memberOpenIds: string[] }> {
		return this.call('PATCH', `/groups/${chat_id}`, change);
	}

	async apps(): Promise<App[]> {
		return (await this.call<{ apps: App[] }>('GET', '/apps')).apps;
	}

	/** Sets how many calls a tenant's apps may make from now on; `null`: any number. */
	changeTenant(tenant_key: string, change: TenantChange): Promise<CompanyView> {
		return this.call('PATCH', `/tenants/${tenant_key}`, change);
	}

	/**
	 * Gives an app a new secret, or the one that is named; the old one is refused from then on. Tokens
	 * and long connections stay good.
	 */
	async resetAppSecret(app_id: string, app_secret?: string): Promise<string> {
		const path = `/apps/${app_id}/app_secret`;
		return (await this.call<{ app_secret: string }>('POST', path, { app_secret })).app_secret;
	}

	/** Changes an app's scopes and availability, and what keeps it from its work. */
	changeApp(app_id: string, change: AppChange): Promise<App> {
		return this.call('PATCH', `/apps/${app_id}`, change);
	}

	/** Pushes a store app's ticket again, as it is; resolves after the first try, whatever came of it. */
	pushAppTicket(app_id: string): Promise<PushedEvent> {
		return this.call('POST', `/apps/${app_id}/app_ticket/push`, {});
	}

	/** Gives a store app a new ticket, and pushes it; the old one is refused from then on. */
	async renewAppTicket(app_id: string): Promise<string> {
		const path = `/apps/${app_id}/app_ticket`;
		return (await this.call<{ app_ticket: string }>('POST', path, {})).app_ticket;
	}

	/** All cards of an app, with everybody who has them. */
	async cards(app_id: string): Promise<CardView[]> {
		return (await this.call<{ cards: CardView[] }>('GET', `/apps/${app_id}/cards`)).cards;
	}

	/** Where an app's callbacks and events go, and its keys. */
	callback(app_id: string): Promise<CallbackConfiguration> {
		return this.call('GET', `/apps/${app_id}/callback`);
	}

	/**
	 * Changes where an app's callbacks and events go. A new URL is kept only if it passes the
	 * verification, unless `verify` is false.
	 */
	changeCallback(
		app_id: string,
		change: CallbackChange,
	): Promise<{ callback: CallbackConfiguration; verification?: UrlVerification }> {
		return this.call('PATCH', `/apps/${app_id}/callback`, change);
	}

	/** Asks the app's callback URL, or another, for the challenge. */
	verifyCallbackUrl(app_id: string, url?: string): Promise<UrlVerification> {
		return this.call('POST', `/apps/${app_id}/callback/verify`, { url });
	}

	/** Presses a button as somebody who has it in their feed; waits for the app's answer. */
	press(press: ButtonPress): Promise<PressResult> {
		return this.call('POST', '/press', press);
	}

	/** Sends an event to an app; resolves after the first try, whatever came of it. */
	sendEvent(event: EventToSend): Promise<PushedEvent> {
		return this.call('POST', '/events', event);
	}

	/** Sends one more copy of an event or callback, with the same `event_id`. */
	sendCopy(event_id: string): Promise<DeliveryAttempt> {
		return this.call('POST', `/events/${event_id}/copy`, {});
	}

	/** Events and callbacks that were sent, oldest first, each with its deliveries. */
	async events(filter: EventFilter = {}): Promise<PushedEvent[]> {
		return (await this.call<{ events: PushedEvent[] }>('GET', `/events${search(filter)}`)).events;
	}

	/** Long connections, open and closed, in the order of opening. */
	longConnections(
		filter: ConnectionFilter = {},
	): Promise<LongConnectionCounters & { connections: LongConnectionView[] }> {
		return this.call('GET', `/long_connections${search(filter)}`);
	}

	/** Ends open long connections; returns how many. */
	async disconnect(disconnection: Disconnection = {}): Promise<number> {
		const path = '/long_connections/disconnect';
		return (await this.call<{ disconnected: number }>('POST', path, disconnection)).disconnected;
	}

	/** Makes open long connections half-open, or brings them back; returns how many. */
	async stall(stall: Stall = {}): Promise<number> {
		const path = '/long_connections/stall';
		return (await this.call<{ concerned: number }>('POST', path, stall)).concerned;
	}

	addFault(options: FaultOptions): Promise<Fault> {
		return this.call('POST', '/faults', options);
	}

	async faults(): Promise<Fault[]> {
		return (await this.call<{ faults: Fault[] }>('GET', '/faults')).faults;
	}

	/** Removes one fault, or all. */
	async clearFaults(id?: number): Promise<void> {
		await this.call('DELETE', id === undefined ? '/faults' : `/faults/${id}`);
	}

	private async call<T>(method: string, path: string, body?: object): Promise<T> {
		const response = await fetch(`${this.url}/sandbox${path}`, {
			method,
			headers: body ? { 'content-type': 'application/json' } : undefined,
			body: body && JSON.stringify(body),
		});
		const answer = (await response.json()) as T & { error?: string };
		if (!response.ok) throw new Error(`${method} /sandbox${path}: ${answer.error}`);
		return answer;
	}
}

function search(filter: object): string {
	const parameters = new URLSearchParams();
	for (const [key, value] of Object.entries(filter)) {
		if (value !== undefined) parameters.set(key, String(value));
	}
	return parameters.size === 0 ? '' : `?${parameters}`;
}
