import type { App } from './apps';
import type { Person } from './company/company';
import type { Effect, EffectFilter, EffectName } from './effects';
import type { Fault, FaultOptions } from './faults';
import type { FeedEntry } from './feeds';
import type { Counters, RecordedRequest, RequestFilter } from './requests';
import type {
	AppChange,
	CardView,
	CompanyView,
	GroupChange,
	GroupView,
	PeopleQuery,
} from './server/controlRoutes';
import type { Settings, SettingsChange } from './settings';

export type {
	App,
	AppChange,
	CardView,
	CompanyView,
	Counters,
	Effect,
	EffectFilter,
	EffectName,
	Fault,
	FaultOptions,
	FeedEntry,
	GroupChange,
	GroupView,
	PeopleQuery,
	Person,
	RecordedRequest,
	RequestFilter,
	Settings,
	SettingsChange,
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

	/** Back to the start: feeds, groups, apps, settings, faults, records, and unless kept, tokens. */
	async reset(options: { keepTokens?: boolean } = {}): Promise<void> {
		await this.call('POST', '/reset', options);
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

	/** Counters for each operation that was called, and of effects. Cheap at any number of calls. */
	counters(): Promise<{
		operations: Record<string, Counters>;
		effects: Record<EffectName, number>;
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

	/** Somebody's message list from top to bottom, by any of their three IDs. */
	async feed(id: string): Promise<FeedEntry[]> {
		const path = `/feed/${encodeURIComponent(id)}`;
		return (await this.call<{ entries: FeedEntry[] }>('GET', path)).entries;
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

	/** Changes an app's scopes and availability. */
	changeApp(app_id: string, change: AppChange): Promise<App> {
		return this.call('PATCH', `/apps/${app_id}`, change);
	}

	/** Gives a store app a new ticket; the old one is refused from then on. */
	async renewAppTicket(app_id: string): Promise<string> {
		const path = `/apps/${app_id}/app_ticket`;
		return (await this.call<{ app_ticket: string }>('POST', path, {})).app_ticket;
	}

	/** All cards of an app, with everybody who has them. */
	async cards(app_id: string): Promise<CardView[]> {
		return (await this.call<{ cards: CardView[] }>('GET', `/apps/${app_id}/cards`)).cards;
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
