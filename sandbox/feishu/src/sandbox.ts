import { type App, newAppTicket, SECOND_TENANT_KEY, seedApps, TENANT_KEY } from './apps';
import { Callbacks } from './callbacks/callbacks';
import { Clock } from './clock';
import {
	Company,
	type CompanyIdentity,
	type CompanySize,
	type Person,
	USER_ID_TYPES,
} from './company/company';
import { type Effect, EffectLog, type EffectName } from './effects';
import { Faults } from './faults';
import { Feeds } from './feeds';
import { LiveUpdates } from './live';
import { LongConnections } from './longConnection/longConnections';
import type { StoredImage } from './operations/images';
import type { TenantCall } from './operations/operation';
import { RateLimiter } from './rateLimiter';
import { RequestLog } from './requests';
import { changeSettings, type Settings, type SettingsChange } from './settings';
import { EMPTY_START_PAGE, type StartPage } from './startPage';
import { TokenStore } from './tokens';

const FIRST: CompanyIdentity = {
	tenant_key: TENANT_KEY,
	name: '喜悦零售',
	mailDomain: 'example.com',
	mobilePrefix: '+86138',
};
const SECOND: CompanyIdentity = {
	tenant_key: SECOND_TENANT_KEY,
	name: '合作伙伴',
	mailDomain: 'example.org',
	mobilePrefix: '+86139',
};
const SECOND_SIZE: CompanySize = { people: 12, groups: 3 };

/** Everything that the sandbox's Feishu knows, in memory. */
export class Sandbox {
	readonly clock = new Clock();
	readonly companies: ReadonlyMap<string, Company>;
	readonly rateLimiter = new RateLimiter();
	/** Tells the pages what changes. */
	readonly live = new LiveUpdates(this);
	readonly faults = new Faults(() => this.live.note('faults'));
	readonly requests = new RequestLog((exchange) => this.live.noteRequest(exchange));
	readonly effects = new EffectLog();
	readonly callbacks = new Callbacks(this);
	readonly longConnections = new LongConnections(this.clock, () => this.settings.longConnection);
	/** Uploaded images by their `image_key`. */
	readonly images = new Map<string, StoredImage>();
	/** Milliseconds since 1970. The messages that everybody has at the start are older. */
	private readonly startedAt = this.clock.now();
	apps = seedApps();
	tokens = new TokenStore();
	feeds: Feeds;
	settings: Settings;

	/** `startPage`: what the start page leads to; a reset leaves it as it is. */
	constructor(
		size: CompanySize,
		private readonly initialSettings: Settings,
		public startPage: StartPage = EMPTY_START_PAGE,
	) {
		this.settings = initialSettings;
		this.feeds = new Feeds(this.startedAt);
		this.companies = new Map(
			[
				new Company(FIRST, size, this.botsOf(TENANT_KEY)),
				new Company(SECOND, SECOND_SIZE, this.botsOf(SECOND_TENANT_KEY)),
			].map((company) => [company.tenant_key, company]),
		);
	}

	/**
	 * Back to the start: feeds, groups, apps, settings, faults and everything recorded; tokens, long
	 * connections and where apps get their callbacks too, unless kept.
	 */
	reset({ keepTokens = false, keepConnections = false, keepCallbacks = false } = {}): void {
		this.clock.reset();
		this.settings = this.initialSettings;
		this.feeds = new Feeds(this.startedAt);
		const before = this.apps;
		this.apps = seedApps();
		if (keepCallbacks) {
			for (const [app_id, app] of this.apps) app.callback = before.get(app_id)!.callback;
		}
		for (const company of this.companies.values()) company.reset();
		if (!keepTokens) this.tokens = new TokenStore();
		this.images.clear();
		this.rateLimiter.clear();
		this.faults.clear();
		this.requests.clear();
		this.effects.clear();
		this.callbacks.reset();
		this.longConnections.reset(keepConnections);
		this.live.note('everything');
	}

	/** Takes everything out of all message lists that apps have put there; nothing else changes. */
	clearFeeds(): void {
		this.feeds = new Feeds(this.startedAt);
		this.live.note('everything');
	}

	/** Ends what waits, all listeners and all long connections, for good. */
	stop(): void {
		this.live.stop();
		this.callbacks.stop();
		this.longConnections.reset(false);
	}

	changeSettings(change: SettingsChange): Settings {
		this.settings = changeSettings(this.settings, change);
		this.live.note('settings');
		return this.settings;
	}

	/** Gives a store app a new ticket, and pushes it; the old one is refused from then on. */
	renewAppTicket(app: App): string {
		app.app_ticket = newAppTicket();
		void this.callbacks.pushAppTicket(app);
		return app.app_ticket;
	}

	/** Somebody who works in any tenant, by any of their three IDs. */
	findPerson(id: string): { person: Person; company: Company } | undefined {
		const found = this.findAnybody(id);
		return found?.person.is_resigned ? undefined : found;
	}

	/** Somebody in any tenant, also one who has left, by any of their three IDs. */
	findAnybody(id: string): { person: Person; company: Company } | undefined {
		for (const company of this.companies.values()) {
			for (const type of USER_ID_TYPES) {
				const person = company.findAnybody(type, id);
				if (person) return { person, company };
			}
		}
		return undefined;
	}

	/** The apps that a tenant has. */
	appsOf(tenant_key: string): App[] {
		return [...this.apps.values()].filter((app) => app.tenant_keys.includes(tenant_key));
	}

	/** Notes what a call did to somebody's feed. */
	noteEffect(
		call: TenantCall,
		effect: EffectName,
		person: Person,
		details: Pick<
			Effect,
			'biz_id' | 'chat_id' | 'update_fields' | 'time_sensitive' | 'buttons' | 'spokenText'
		>,
	): void {
		const noted = this.effects.add(
			{
				at: call.now,
				effect,
				request: call.request,
				app_id: call.app.app_id,
				tenant_key: call.company.tenant_key,
				open_id: person.open_id,
				...details,
			},
			this.settings.recording.effects,
		);
		this.live.noteEffect(noted);
	}

	private botsOf(tenant_key: string): string[] {
		return this.appsOf(tenant_key).map((app) => app.app_id);
	}
}
