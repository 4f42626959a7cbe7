import { createHash } from 'node:crypto';

import { DEPARTMENT_NAMES, GIVEN_NAMES, SUBDEPARTMENTS, SURNAMES } from './names';

/** The kinds of user ID, Feishu's query `user_id_type` (Feishu reference: user identity). */
export const USER_ID_TYPES = ['open_id', 'union_id', 'user_id'] as const;
export type UserIdType = (typeof USER_ID_TYPES)[number];

/** Someone who works in a seeded company. */
export interface Person {
	open_id: string;
	union_id: string;
	user_id: string;
	name: string;
	email: string;
	/** An address of Feishu's own mail service: `batch_get_id` does not find people by it. */
	enterprise_email: string;
	/** With country code. */
	mobile: string;
	/** Their main department; they may be in others as well. */
	open_department_id: string;
	tenant_key: string;
	/** Left the company: receives nothing, and is found only with `include_resigned`. */
	is_resigned: boolean;
	/** Their open ID is one of another app, so that no app here can use it; the other IDs are good. */
	is_foreign: boolean;
}

/** What can be changed of somebody. */
export type PersonChange = Partial<Pick<Person, 'is_resigned' | 'is_foreign'>>;

/** The kinds of department ID, Feishu's query `department_id_type`. */
export const DEPARTMENT_ID_TYPES = ['open_department_id', 'department_id'] as const;
export type DepartmentIdType = (typeof DEPARTMENT_ID_TYPES)[number];

/** A department: `0` is the root, above all others. */
export interface Department {
	open_department_id: string;
	department_id: string;
	name: string;
	/** `open_department_id` of the one above; the root has none. */
	parent?: string;
}

/** A department to be added; all but the name may be left out. */
export interface NewDepartment {
	name: string;
	/** The one above; by default the root. */
	parent?: Department;
	members?: readonly Person[];
}

/** A group to be added; all but the name may be left out. */
export interface NewGroup {
	name: string;
	description?: string;
	/** The first is the owner; by default the company's first person alone. */
	members?: readonly Person[];
	/** App IDs; by default the bots of all apps that the company has. */
	bots?: readonly string[];
}

/** A group chat. */
export interface Group {
	chat_id: string;
	name: string;
	description: string;
	owner: Person;
	members: Set<Person>;
	/** App IDs of the bots in the group. */
	bots: Set<string>;
	/** Sets how long ago its last message was: the higher, the longer. */
	age: number;
}

/** How large a company to seed. */
export interface CompanySize {
	/** Number of people, besides those who have left. */
	people: number;
	/** Number of groups; the last two have no bot in them. */
	groups: number;
}

/** What tells one company from another. */
export interface CompanyIdentity {
	tenant_key: string;
	name: string;
	/** After the `@` of its people's addresses. */
	mailDomain: string;
	/** First digits of its people's mobile numbers in mainland China. */
	mobilePrefix: string;
}

const GROUPS_WITHOUT_BOT = 2;
const PROJECT_GROUP_MEMBERS = 12;
const RESIGNED_PEOPLE = 3;

function digest(...parts: Array<string | number>): string {
	return createHash('sha512').update(parts.join('/')).digest('hex');
}

/**
 * A company with departments, people and groups, the same on every start: everything follows from
 * its tenant key and its size.
 */
export class Company {
	departments: readonly Department[] = [];
	/** Those who work here. */
	people: readonly Person[] = [];
	/** Those who have left. */
	resigned: readonly Person[] = [];
	private readonly everybody: Person[];
	/** Calls that the tenant's apps may make this month; absent: any number. */
	monthlyQuota?: number;
	/** Calls of the tenant's apps since the quota was set. */
	callsThisMonth = 0;
	groups = new Map<string, Group>();
	/** By `open_department_id`: those who are in a department that is not their main one. */
	private otherMembers = new Map<string, Set<Person>>();
	private readonly byAddress = {
		email: new Map<string, Person>(),
		mobile: new Map<string, Person>(),
	};
	private readonly userIdMask: number;
	private readonly byId: Record<UserIdType, Map<string, Person>> = {
		open_id: new Map(),
		union_id: new Map(),
		user_id: new Map(),
	};

	readonly tenant_key: string;
	readonly name: string;

	/** `bots`: App IDs of the bots in its groups. */
	constructor(
		private readonly identity: CompanyIdentity,
		private readonly size: CompanySize,
		private readonly bots: readonly string[],
	) {
		const { tenant_key, name } = identity;
		this.tenant_key = tenant_key;
		this.name = name;
		this.userIdMask = parseInt(digest(tenant_key).slice(0, 8), 16);
		this.seedDepartments();
		this.everybody = Array.from({ length: size.people + RESIGNED_PEOPLE }, (_, index) =>
			this.seedPerson(index),
		);
		for (const person of this.everybody) {
			for (const type of USER_ID_TYPES) this.byId[type].set(person[type], person);
			this.byAddress.email.set(person.email.toLowerCase(), person);
			this.byAddress.mobile.set(person.mobile, person);
		}
		this.reset();
	}

	/** The person with this ID, unless nobody has it or they have left. */
	findPerson(type: UserIdType, id: string): Person | undefined {
		const person = this.findAnybody(type, id);
		return person?.is_resigned ? undefined : person;
	}

	/** The person with this ID, also one who has left. */
	findAnybody(type: UserIdType, id: string): Person | undefined {
		return this.byId[type].get(id);
	}

	/** The department with this ID. */
	findDepartment(type: DepartmentIdType, id: string): Department | undefined {
		return this.departments.find((department) => department[type] === id);
	}

	/** The departments right below one, or with `withAll` all below it, each before its own. */
	departmentsBelow({ open_department_id }: Department, withAll = false): Department[] {
		return this.departments
			.filter((department) => department.parent === open_department_id)
			.flatMap((child) => [child, ...(withAll ? this.departmentsBelow(child, true) : [])]);
	}

	/** Whether somebody is in this very department, not in one below it; also of one who has left. */
	isIn({ open_department_id }: Department, person: Person): boolean {
		return (
			person.open_department_id === open_department_id ||
			this.otherMembers.get(open_department_id)?.has(person) === true
		);
	}

	/** Those who work here and are in this very department, not in one below it. */
	membersOf(department: Department): Person[] {
		return this.people.filter((person) => this.isIn(department, person));
	}

	/** Those who work here and are in the department or in one below it, each once. */
	membersWithin(department: Department): Set<Person> {
		const within = [department, ...this.departmentsBelow(department, true)];
		return new Set(within.flatMap((each) => this.membersOf(each)));
	}

	/** The departments that somebody is in, their main one first. */
	departmentsOf(person: Person): Department[] {
		const isMain = (department: Department) =>
			department.open_department_id === person.open_department_id;
		const all = this.departments.filter((department) => this.isIn(department, person));
		return [...all.filter(isMain), ...all.filter((department) => !isMain(department))];
	}

	/** Adds a department, until the next reset. */
	addDepartment({ name, parent = this.departments[0], members = [] }: NewDepartment): Department {
		const place = this.departments.length;
		const department: Department = {
			open_department_id: `od-${digest(this.tenant_key, 'department', place - 1).slice(0, 32)}`,
			department_id: `D${String(place).padStart(3, '0')}`,
			name,
			parent: parent.open_department_id,
		};
		this.departments = [...this.departments, department];
		this.otherMembers.set(department.open_department_id, new Set(members));
		return department;
	}

	/** Adds a group, until the next reset. Its last message is younger than that of all before. */
	addGroup({ name, description = '', members = [], bots = this.bots }: NewGroup): Group {
		const inIt = members.length > 0 ? members : this.people.slice(0, 1);
		const youngest = Math.min(0, ...[...this.groups.values()].map((group) => group.age));
		const group: Group = {
			chat_id: this.chatId('added group', this.groups.size),
			name,
			description,
			owner: inIt[0],
			members: new Set(inIt),
			bots: new Set(bots),
			age: youngest - 1e-6,
		};
		this.groups.set(group.chat_id, group);
		return group;
	}

	/** Changes somebody of this company. Who leaves it leaves its groups, and is in none on coming back. */
	changePerson(person: Person, change: PersonChange): void {
		Object.assign(person, change);
		this.sortPeople();
		if (!person.is_resigned) return;
		for (const group of this.groups.values()) group.members.delete(person);
	}

	/** Allows so many calls from now on, or any number. */
	setMonthlyQuota(monthlyQuota: number | undefined): void {
		this.monthlyQuota = monthlyQuota;
		this.callsThisMonth = 0;
	}

	/** People, departments, groups and quota as they were at the start. */
	reset(): void {
		this.setMonthlyQuota(undefined);
		this.seedDepartments();
		this.everybody.forEach((person, index) => {
			person.is_resigned = index >= this.size.people;
			person.is_foreign = false;
		});
		this.sortPeople();
		this.seedSubdepartments();
		this.seedGroups();
	}

	/**
	 * The person with this address, also one who has left. Mobile numbers of mainland China are found
	 * with or without +86, others with + and the country code only; addresses of Feishu's own mail
	 * service are not found (Feishu reference: "Obtain user ID via email or mobile number"). The
	 * reference is silent on upper and lower case in e-mail addresses: it does not matter here, as in
	 * mail itself, where no two people have addresses that differ in nothing else.
	 */
	findByAddress(field: 'email' | 'mobile', value: string): Person | undefined {
		if (field === 'email') return this.byAddress.email.get(value.toLowerCase());
		return this.byAddress.mobile.get(value) ?? this.byAddress.mobile.get(`+86${value}`);
	}

	private sortPeople(): void {
		this.people = this.everybody.filter((person) => !person.is_resigned);
		this.resigned = this.everybody.filter((person) => person.is_resigned);
	}

	/** The root and the departments right below it. */
	private seedDepartments(): void {
		this.otherMembers = new Map();
		this.departments = [{ open_department_id: '0', department_id: '0', name: this.name }];
		for (const name of DEPARTMENT_NAMES) this.addDepartment({ name });
	}

	/**
	 * The departments further below. Those below one under the root share out the people of its
	 * neighbour, who are in them besides their main department; the first person of the one right above
	 * is in each as well.
	 */
	private seedSubdepartments(): void {
		for (const { below, departments } of SUBDEPARTMENTS) {
			const neighbour = this.departments[2 + DEPARTMENT_NAMES.indexOf(below)];
			const seconded = this.membersOf(neighbour);
			departments.forEach(([name, parentName], index) => {
				const parent = this.departments.find((department) => department.name === parentName)!;
				const share = seconded.filter((_person, place) => place % departments.length === index);
				this.addDepartment({
					name,
					parent,
					members: [...this.membersOf(parent).slice(0, 1), ...share],
				});
			});
		}
	}

	/** Groups as they were at the start. */
	private seedGroups(): void {
		this.groups = new Map();
		for (let index = 0; index < this.size.groups; index++) {
			const group = this.seedGroup(index);
			this.groups.set(group.chat_id, group);
		}
	}

	private seedPerson(index: number): Person {
		const hash = digest(this.tenant_key, 'person', index);
		const [surname, surnameReading] = SURNAMES[index % SURNAMES.length];
		const [givenName, givenReading] = GIVEN_NAMES[index % GIVEN_NAMES.length];
		const mailName = `${givenReading}.${surnameReading}.${index + 1}`;
		// An odd factor maps different numbers to different numbers, so that no two user IDs are equal.
		const user_id = ((Math.imul(index + 1, 0x9e3779b1) ^ this.userIdMask) >>> 0)
			.toString(16)
			.padStart(8, '0');
		const inDepartment = index === 0 ? 0 : 1 + (index % DEPARTMENT_NAMES.length);
		return {
			open_id: `ou_${hash.slice(0, 32)}`,
			union_id: `on_${hash.slice(32, 64)}`,
			user_id,
			name: `${surname}${givenName}`,
			email: `${mailName}@${this.identity.mailDomain}`,
			enterprise_email: `${mailName}@feishu.${this.identity.mailDomain}`,
			mobile:
				index % 50 === 49
					? `+1${this.identity.mobilePrefix.slice(3)}${5_550_000 + index}`
					: `${this.identity.mobilePrefix}${String(index).padStart(8, '0')}`,
			open_department_id: this.departments[inDepartment].open_department_id,
			tenant_key: this.tenant_key,
			is_resigned: false,
			is_foreign: false,
		};
	}

	private chatId(kind: string, index: number): string {
		return `oc_${digest(this.tenant_key, kind, index).slice(0, 32)}`;
	}

	private seedGroup(index: number): Group {
		const chat_id = this.chatId('group', index);
		// The root and the departments right below it have a group of their own.
		const department = index <= DEPARTMENT_NAMES.length ? this.departments[index] : undefined;
		let name: string;
		let members: readonly Person[];
		if (index === 0) {
			name = `${this.name}全员群`;
			members = this.people;
		} else if (department) {
			name = `${department.name}群`;
			members = this.people.filter(
				(person) => person.open_department_id === department.open_department_id,
			);
		} else {
			name = `项目群 ${String(index).padStart(2, '0')}`;
			members = Array.from(
				{ length: Math.min(PROJECT_GROUP_MEMBERS, this.people.length) },
				(_, place) => this.people[(index * 7 + place * 5) % this.people.length],
			);
		}
		const withBot = index < this.size.groups - GROUPS_WITHOUT_BOT;
		return {
			chat_id,
			name,
			description: `${name}（${withBot ? '机器人在群内' : '机器人不在群内'}）`,
			owner: members[0] ?? this.people[0],
			members: new Set(members),
			bots: new Set(withBot ? this.bots : []),
			age: (index * 5) % this.size.groups,
		};
	}
}

/**
 * Whether an ID has the form of its kind: `ou_…`, `on_…`, or for `user_id` any word that is neither
 * (Feishu reference: user identity).
 */
export function isWellFormedUserId(type: UserIdType, id: string): boolean {
	if (type === 'open_id') return /^ou_[A-Za-z0-9]{1,64}$/.test(id);
	if (type === 'union_id') return /^on_[A-Za-z0-9]{1,64}$/.test(id);
	return /^(?!(?:ou|on|oc|cli)_)[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}$/.test(id);
}

/** The `chat_id` of the single chat between an app's bot and a person. */
export function botChatId(app_id: string, person: Person): string {
	return `oc_${createHash('md5').update(`${app_id}/${person.open_id}`).digest('hex')}`;
}
