import './quietLogs';

import type { IDataObject } from 'n8n-workflow';

import { resetProcessState } from '../../../nodes/shared/primitives/processState';
import {
	type FeishuSandbox,
	FeishuSandboxClient,
	SEEDED_APPS,
	startFeishuSandbox,
} from '../../../sandbox/feishu/src';
import type {
	FeedEntry,
	GroupView,
	Person,
	RecordedRequest,
} from '../../../sandbox/feishu/src/client';
import { runNode, storedCredential } from './runNode';
import type { RunOptions, RunResult, StoredCredential } from './runNode';

/** A call as it arrived, in the words of the wire. */
export interface WireCall {
	method: string;
	path: string;
	query: Record<string, unknown>;
	body: unknown;
}

/** What a test does with the sandbox of its file. */
export class SandboxForTests {
	people: Person[] = [];
	/** Groups of the first tenant that the bot is in; the first holds everybody. */
	groups: GroupView[] = [];
	feishu!: FeishuSandboxClient;
	private sandbox!: FeishuSandbox;

	/** The sandbox's address. */
	get url(): string {
		return this.sandbox.url;
	}

	/** A stored credential of the custom app with every scope, or with some fields changed. */
	credential(change: IDataObject = {}): StoredCredential {
		const { app_id: appId, app_secret: appSecret } = SEEDED_APPS.custom;
		return storedCredential(this.url, { appId, appSecret, ...change } as StoredCredential['data']);
	}

	/**
	 * Executes the node with these parameters, as the app with every scope unless told otherwise.
	 * The sandbox limits no rates, so neither does the node.
	 */
	async run(parameters: IDataObject, options: Partial<RunOptions> = {}): Promise<RunResult> {
		return await runNode({
			credential: this.credential(),
			parameters: { ...parameters, options: withoutPacing(parameters.options) },
			...options,
		});
	}

	/** Executes the node, which must succeed, and gives the JSON of its output items. */
	async output(parameters: IDataObject, options: Partial<RunOptions> = {}): Promise<IDataObject[]> {
		const { outputs, error } = await this.run(parameters, options);
		if (error) throw error;
		return outputs[0]!.map(({ json }) => json);
	}

	/** The requests that were received, without those for tokens. */
	async requests(): Promise<RecordedRequest[]> {
		const requests = await this.feishu.requests();
		return requests.filter(({ path }) => !path.startsWith('/open-apis/auth/'));
	}

	/** What arrived, without the requests for tokens. */
	async calls(): Promise<WireCall[]> {
		return (await this.requests()).map(({ method, path, query, body }) => ({
			method,
			path,
			query,
			body,
		}));
	}

	/** A card as it stands in somebody's feed. */
	async cardOf(person: Pick<Person, 'open_id'>, bizId: string): Promise<FeedEntry | undefined> {
		const entries = await this.feishu.feed(person.open_id);
		return entries.find(({ biz_id }) => biz_id === bizId);
	}

	/** The open IDs of the people at these places of the company. */
	openIds(start: number, end: number): string[] {
		return this.people.slice(start, end).map(({ open_id }) => open_id);
	}

	/** @internal */
	async start(people: number, groupCount?: number): Promise<void> {
		this.sandbox = await startFeishuSandbox({
			people,
			groups: groupCount,
			rateLimiting: { enabled: false },
		});
		this.feishu = new FeishuSandboxClient(this.sandbox.url);
		const [company] = await this.feishu.company();
		const { tenant_key, groups } = company!;
		this.people = await this.feishu.people({ tenant_key });
		this.groups = groups.filter(({ bots }) => bots.includes(SEEDED_APPS.custom.app_id));
	}

	/** @internal */
	async stop(): Promise<void> {
		await this.sandbox.close();
	}
}

/** What is no collection of options stays as it is, for tests of just that. */
function withoutPacing(options: unknown): IDataObject {
	if (options !== undefined && (typeof options !== 'object' || Array.isArray(options))) {
		return options as IDataObject;
	}
	return { callsPerSecond: 10_000, ...(options as IDataObject) };
}

/** Starts one sandbox for the tests of a file, without rate limits, and empties it before each test. */
export function withSandbox({
	people = 120,
	groups,
}: { people?: number; groups?: number } = {}): SandboxForTests {
	const forTests = new SandboxForTests();
	beforeAll(async () => await forTests.start(people, groups));
	beforeEach(async () => {
		resetProcessState();
		await forTests.feishu.reset();
	});
	afterAll(async () => await forTests.stop());
	return forTests;
}
