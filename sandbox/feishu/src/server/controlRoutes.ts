import type { FastifyError, FastifyInstance, FastifyPluginCallback } from 'fastify';

import { type App, newAppSecret, TENANT_KEY } from '../apps';
import type { Company, Department, Group, Person, PersonChange } from '../company/company';
import type { EffectFilter } from '../effects';
import type { FaultOptions } from '../faults';
import type { FeedEntry } from '../feeds';
import type { RequestFilter } from '../requests';
import type { Sandbox } from '../sandbox';
import type { SettingsChange } from '../settings';
import type { StartPage } from '../startPage';
import { registerCallbackRoutes } from './callbackRoutes';
import * as schema from './controlSchemas';
import { registerLiveRoutes } from './liveRoutes';
import {
	findApp,
	findDepartment,
	findGroup,
	findMember,
	findStoreApp,
	found,
	openIdsIn,
} from './lookups';

/** A group as the control API tells it. */
export interface GroupView {
	chat_id: string;
	name: string;
	tenant_key: string;
	/** Open IDs. */
	owner: string;
	members: number;
	/** App IDs. */
	bots: string[];
}

/** A tenant as the control API tells it. */
export interface CompanyView {
	tenant_key: string;
	name: string;
	people: number;
	/** Calls that its apps may make; `null`: any number. */
	monthlyQuota: number | null;
	/** Calls since the quota was set. */
	callsThisMonth: number;
	/** Those who have left. */
	resigned: readonly Person[];
	departments: Company['departments'];
	groups: GroupView[];
}

/** Somebody's message list, from top to bottom. */
export interface FeedView {
	person: Person;
	entries: FeedEntry[];
}

/** A card of an app, with everybody who has it. */
export interface CardView {
	biz_id: string;
	holders: Array<Omit<FeedEntry, 'kind' | 'chat_id'> & { open_id: string; createdAt: number }>;
}

/** A department as the control API tells it. */
export interface DepartmentView extends Department {
	/** Those who are in it, not in one below it. */
	members: number;
	memberOpenIds: string[];
}

/** A group to be made; by default with the company's first person alone, and with all its bots. */
export interface GroupToMake {
	name: string;
	description?: string;
	/** Any IDs; the first is the owner. */
	members?: string[];
	/** App IDs. */
	bots?: string[];
}

/** A department to be made; by default below the root, with nobody in it. */
export interface DepartmentToMake {
	name: string;
	/** Either ID of the one above. */
	parent?: string;
	/** Any IDs; they stay in their main department as well. */
	members?: string[];
}

/** A change to a group: open IDs to let in or take out, and App IDs of bots. */
export interface GroupChange {
	addMembers?: string[];
	removeMembers?: string[];
	addBots?: string[];
	removeBots?: string[];
}

/**
 * What can be changed of an app. `availableDepartments: null` makes it available to everybody,
 * `allowedIps: null` takes calls from every address.
 */
export type AppChange = Partial<
	Pick<
		App,
		'scopes' | 'unavailablePeople' | 'peopleWithoutBotChat' | 'isDisabled' | 'uninstalledFrom'
	>
> & {
	availableDepartments?: string[] | null;
	/** Names of departments; `null` lets it read everything in the address book. */
	readableDepartments?: string[] | null;
	allowedIps?: string[] | null;
};

/** What can be changed of a tenant. `monthlyQuota: null` allows any number of calls. */
export interface TenantChange {
	/** Calls that its apps may make from now on, until it is changed again. */
	monthlyQuota?: number | null;
}

/** Which people to list; `fields` leaves out all others of each person. */
export interface PeopleQuery {
	tenant_key?: string;
	offset?: number;
	limit?: number;
	fields?: Array<keyof Person>;
}

/** The control API under `/sandbox`, as `sandbox/README.md` tells. */
export function registerControlRoutes(sandbox: Sandbox): FastifyPluginCallback {
	return (server, _options, done) => {
		server.addContentTypeParser(
			'application/json',
			{ parseAs: 'string' },
			(_request, body, parsed) => {
				try {
					parsed(null, JSON.parse((body as string) || '{}'));
				} catch (error) {
					parsed(Object.assign(error as Error, { statusCode: 400 }));
				}
			},
		);
		server.setErrorHandler((error: FastifyError, _request, reply) => {
			const unknown = error.validation?.[0].params.additionalProperty;
			const message = unknown ? `${error.message}: ${unknown}` : error.message;
			return reply.code(error.statusCode ?? 500).send({ error: message });
		});
		server.setNotFoundHandler((request, reply) =>
			reply.code(404).send({ error: `The control API has no ${request.method} ${request.url}` }),
		);
		registerGeneral(server, sandbox);
		registerRecords(server, sandbox);
		registerCompany(server, sandbox);
		registerApps(server, sandbox);
		registerFaults(server, sandbox);
		registerCallbackRoutes(server, sandbox);
		registerLiveRoutes(server, sandbox);
		done();
	};
}

function registerGeneral(server: FastifyInstance, sandbox: Sandbox): void {
	server.get('/health', () => ({ ok: true }));
	server.get<{ Params: { image_key: string } }>('/images/:image_key', ({ params }, reply) => {
		const image = found(sandbox.images.get(params.image_key), 'image', params.image_key);
		return reply.type(image.mediaType).send(image.bytes);
	});
	server.post<{ Body: Parameters<Sandbox['reset']>[0] }>(
		'/reset',
		{ schema: { body: schema.reset } },
		({ body }) => {
			sandbox.reset(body);
			return { ok: true };
		},
	);
	server.delete('/feeds', () => {
		sandbox.clearFeeds();
		return { ok: true };
	});
	server.get('/start_page', () => sandbox.startPage);
	server.put<{ Body: StartPage }>(
		'/start_page',
		{ schema: { body: schema.startPage } },
		({ body }) => {
			sandbox.startPage = body;
			sandbox.live.note('startPage');
			return body;
		},
	);
	server.get('/settings', () => sandbox.settings);
	server.patch<{ Body: SettingsChange }>(
		'/settings',
		{ schema: { body: schema.settings } },
		({ body }) => sandbox.changeSettings(body),
	);
	server.post<{ Body: { app_id?: string } }>(
		'/tokens/expire',
		{ schema: { body: schema.expireTokens } },
		({ body }) => ({ expired: sandbox.tokens.expire(body.app_id) }),
	);
	server.post<{ Body: { seconds: number } }>(
		'/clock/advance',
		{ schema: { body: schema.advanceClock } },
		({ body }) => {
			sandbox.clock.advance(body.seconds);
			return { now: sandbox.clock.now() };
		},
	);
}

function registerRecords(server: FastifyInstance, sandbox: Sandbox): void {
	server.get<{ Querystring: RequestFilter }>(
		'/requests',
		{ schema: { querystring: schema.requestFilter } },
		({ query }) => ({
			requests: sandbox.requests.read(query),
			forgotten: sandbox.requests.forgottenRequests,
		}),
	);
	server.delete('/requests', () => {
		sandbox.requests.clear();
		sandbox.live.note('everything');
		return { ok: true };
	});
	server.get('/counters', () => ({
		operations: sandbox.requests.count(),
		effects: sandbox.effects.count(),
		events: sandbox.callbacks.log.counts,
		longConnections: sandbox.longConnections.counts,
		listeners: sandbox.live.listening,
	}));
	server.get<{ Querystring: EffectFilter }>(
		'/effects',
		{ schema: { querystring: schema.effectFilter } },
		({ query }) => ({ effects: sandbox.effects.read(query) }),
	);
	server.delete('/effects', () => {
		sandbox.effects.clear();
		return { ok: true };
	});
}

function registerCompany(server: FastifyInstance, sandbox: Sandbox): void {
	server.get('/company', () => ({ tenants: [...sandbox.companies.values()].map(companyView) }));
	server.patch<{ Params: { tenant_key: string }; Body: TenantChange }>(
		'/tenants/:tenant_key',
		{ schema: { body: schema.tenantChange } },
		({ params: { tenant_key }, body: { monthlyQuota } }) => {
			const company = found(sandbox.companies.get(tenant_key), 'tenant', tenant_key);
			if (monthlyQuota !== undefined) company.setMonthlyQuota(monthlyQuota ?? undefined);
			return companyView(company);
		},
	);
	server.get<{ Querystring: Omit<PeopleQuery, 'fields'> & { fields?: string } }>(
		'/people',
		{ schema: { querystring: schema.peopleQuery } },
		({ query: { tenant_key, offset = 0, limit = 1000, fields } }) => {
			const people = [...sandbox.companies.values()]
				.filter((company) => tenant_key === undefined || company.tenant_key === tenant_key)
				.flatMap((company) => company.people);
			return { total: people.length, people: pick(people.slice(offset, offset + limit), fields) };
		},
	);
	server.patch<{ Params: { id: string }; Body: PersonChange }>(
		'/people/:id',
		{ schema: { body: schema.personChange } },
		({ params, body }) => {
			const { person, company } = found(sandbox.findAnybody(params.id), 'person', params.id);
			company.changePerson(person, body);
			sandbox.live.note('everything');
			return person;
		},
	);
	server.get<{ Params: { id: string } }>('/feed/:id', ({ params }) =>
		found(feedOf(sandbox, params.id), 'person', params.id),
	);
	server.get<{ Querystring: { people: string } }>(
		'/feeds',
		{ schema: { querystring: schema.feedsQuery } },
		({ query }) => {
			const ids = openIdsIn(query.people);
			const feeds = ids.map((id) => feedOf(sandbox, id));
			return {
				feeds: feeds.filter((feed) => feed !== undefined),
				unknown: ids.filter((_id, place) => feeds[place] === undefined),
			};
		},
	);
	server.post<{ Body: { tenant_key?: string; groups: GroupToMake[] } }>(
		'/groups',
		{ schema: { body: schema.newGroups } },
		({ body: { tenant_key = TENANT_KEY, groups } }) => {
			const company = found(sandbox.companies.get(tenant_key), 'tenant', tenant_key);
			const read = groups.map((group) => ({
				...group,
				members: group.members?.map((id) => findMember(sandbox, company, id)),
				bots: group.bots?.map((app_id) => findApp(sandbox, app_id).app_id),
			}));
			const added = read.map((group) => groupView(company.addGroup(group), company));
			sandbox.live.note('everything');
			return { groups: added };
		},
	);
	server.post<{ Body: { tenant_key?: string; departments: DepartmentToMake[] } }>(
		'/departments',
		{ schema: { body: schema.newDepartments } },
		({ body: { tenant_key = TENANT_KEY, departments } }) => {
			const company = found(sandbox.companies.get(tenant_key), 'tenant', tenant_key);
			const read = departments.map(({ name, parent, members }) => ({
				name,
				parent: parent === undefined ? undefined : findDepartment(company, parent),
				members: members?.map((id) => findMember(sandbox, company, id)),
			}));
			const added = read.map((department) => company.addDepartment(department));
			sandbox.live.note('everything');
			return { departments: added.map((department) => departmentView(department, company)) };
		},
	);
	server.get<{ Params: { id: string }; Querystring: { tenant_key?: string } }>(
		'/departments/:id',
		({ params, query: { tenant_key = TENANT_KEY } }) => {
			const company = found(sandbox.companies.get(tenant_key), 'tenant', tenant_key);
			return departmentView(findDepartment(company, params.id), company);
		},
	);
	server.get<{ Params: { chat_id: string } }>('/groups/:chat_id', ({ params }) => {
		const { group, company } = findGroup(sandbox, params.chat_id);
		return groupDetails(group, company);
	});
	server.patch<{ Params: { chat_id: string }; Body: GroupChange }>(
		'/groups/:chat_id',
		{ schema: { body: schema.groupChange } },
		({ params, body }) => {
			const { group, company } = findGroup(sandbox, params.chat_id);
			const person = (id: string) => found(sandbox.findPerson(id), 'person', id).person;
			const entering = (body.addMembers ?? []).map(person);
			const leaving = (body.removeMembers ?? []).map(person);
			for (const member of entering) group.members.add(member);
			for (const member of leaving) group.members.delete(member);
			for (const app_id of body.addBots ?? []) group.bots.add(findApp(sandbox, app_id).app_id);
			for (const app_id of body.removeBots ?? []) group.bots.delete(app_id);
			sandbox.live.note('everything');
			return groupDetails(group, company);
		},
	);
}

function registerApps(server: FastifyInstance, sandbox: Sandbox): void {
	server.get('/apps', () => ({ apps: [...sandbox.apps.values()] }));
	server.patch<{ Params: { app_id: string }; Body: AppChange }>(
		'/apps/:app_id',
		{ schema: { body: schema.appChange } },
		({ params, body: { availableDepartments, readableDepartments, allowedIps, ...change } }) => {
			const app = Object.assign(findApp(sandbox, params.app_id), change);
			if (availableDepartments !== undefined) {
				app.availableDepartments = availableDepartments ?? undefined;
			}
			if (readableDepartments !== undefined) {
				app.readableDepartments = readableDepartments ?? undefined;
			}
			if (allowedIps !== undefined) app.allowedIps = allowedIps ?? undefined;
			sandbox.live.note('everything');
			return app;
		},
	);
	server.post<{ Params: { app_id: string }; Body: { app_secret?: string } }>(
		'/apps/:app_id/app_secret',
		{ schema: { body: schema.appSecret } },
		({ params, body: { app_secret = newAppSecret() } }) => {
			findApp(sandbox, params.app_id).app_secret = app_secret;
			return { app_secret };
		},
	);
	server.post<{ Params: { app_id: string } }>('/apps/:app_id/app_ticket', ({ params }) => ({
		app_ticket: sandbox.renewAppTicket(findStoreApp(sandbox, params.app_id)),
	}));
	server.post<{ Params: { app_id: string } }>('/apps/:app_id/app_ticket/push', ({ params }) =>
		sandbox.callbacks.pushAppTicket(findStoreApp(sandbox, params.app_id)),
	);
	server.get<{ Params: { app_id: string } }>('/apps/:app_id/cards', ({ params }) => ({
		cards: cardsOf(sandbox, findApp(sandbox, params.app_id)),
	}));
}

function registerFaults(server: FastifyInstance, sandbox: Sandbox): void {
	server.get('/faults', () => ({ faults: sandbox.faults.list() }));
	server.post<{ Body: FaultOptions }>('/faults', { schema: { body: schema.fault } }, ({ body }) =>
		sandbox.faults.add(body),
	);
	server.delete('/faults', () => {
		sandbox.faults.clear();
		return { ok: true };
	});
	server.delete<{ Params: { id: number } }>('/faults/:id', ({ params }) => {
		found(sandbox.faults.remove(Number(params.id)) || undefined, 'fault', String(params.id));
		return { ok: true };
	});
}

function feedOf(sandbox: Sandbox, id: string): FeedView | undefined {
	const found = sandbox.findAnybody(id);
	if (!found) return undefined;
	const { person, company } = found;
	const entries = sandbox.feeds.read(person, company, sandbox.appsOf(person.tenant_key));
	return { person, entries };
}

function companyView(company: Company): CompanyView {
	return {
		tenant_key: company.tenant_key,
		name: company.name,
		people: company.people.length,
		monthlyQuota: company.monthlyQuota ?? null,
		callsThisMonth: company.callsThisMonth,
		resigned: company.resigned,
		departments: company.departments,
		groups: [...company.groups.values()].map((group) => groupView(group, company)),
	};
}

function departmentView(department: Department, company: Company): DepartmentView {
	const members = company.membersOf(department).map((person) => person.open_id);
	return { ...department, members: members.length, memberOpenIds: members };
}

function groupView(group: Group, company: Company): GroupView {
	return {
		chat_id: group.chat_id,
		name: group.name,
		tenant_key: company.tenant_key,
		owner: group.owner.open_id,
		members: group.members.size,
		bots: [...group.bots],
	};
}

function groupDetails(group: Group, company: Company) {
	return {
		...groupView(group, company),
		memberOpenIds: [...group.members].map((person) => person.open_id),
	};
}

function cardsOf(sandbox: Sandbox, app: App): CardView[] {
	return [...sandbox.feeds.cardsOfApp(app.app_id)].map(([biz_id, holders]) => ({
		biz_id,
		holders: [...holders].map(([person, { content, ...card }]) => ({
			open_id: person.open_id,
			...card,
			...content,
		})),
	}));
}

function pick(people: Person[], fields: string | undefined): Array<Partial<Person>> {
	if (!fields) return people;
	const names = fields.split(',') as Array<keyof Person>;
	return people.map((person) => Object.fromEntries(names.map((name) => [name, person[name]])));
}
