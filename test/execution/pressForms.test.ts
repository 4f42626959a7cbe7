import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { resetProcessState } from '../../nodes/shared/primitives/processState';
import { SEEDED_APPS } from '../../sandbox/feishu/src';
import type { CallbackChange, PressResult } from '../../sandbox/feishu/src/client';
import { WebhookTrigger } from '../helpers/execution/TriggerInBothWays';
import { cardToClockIn } from '../helpers/execution/cardToClockIn';
import { withSandbox } from '../helpers/execution/withSandbox';

const PERSON = 'ou_e3e6762bca24fa9c949699dbd6ab7a5f';
const { app_id: appId } = SEEDED_APPS.custom;
const encryptKey = 'the encrypt key';
const verificationToken = 'the verification token';

const sandbox = withSandbox();
let keys = { encryptKey, verificationToken };
let trigger: WebhookTrigger;
let warnings: string[];
let server: Server;

/** A server that gives each request to the trigger, as n8n does. */
beforeAll(async () => {
	server = createServer((incoming, outgoing) => {
		const chunks: Buffer[] = [];
		incoming.on('data', (chunk: Buffer) => void chunks.push(chunk));
		incoming.on('end', () => {
			const headers = incoming.headers as Record<string, string>;
			void trigger.receive({ rawBody: Buffer.concat(chunks), headers }).then(({ status, json }) => {
				outgoing.writeHead(status, { 'content-type': 'application/json' });
				outgoing.end(JSON.stringify(json));
			});
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => await new Promise((resolve) => server.close(resolve)));

beforeEach(async () => {
	resetProcessState();
	warnings = [];
	keys = { encryptKey, verificationToken };
	trigger = new WebhookTrigger({
		parameters: {
			events: 'buttonPressed',
			filters: {
				bizIds: 'shift-7',
				actionValues: { value: [{ name: 'action', value: 'clock_in' }] },
			},
			answer: 'toast',
			toast: { toast: { content: '打卡成功' } },
		},
		workflow: () => ({}),
		resume: () => ({ statusCode: 500 }),
		credential: () => ({ appId, ...keys }),
		warn: (line) => void warnings.push(line),
	});
	await sandbox.output(cardToClockIn(PERSON));
});

async function press(callback: CallbackChange): Promise<PressResult> {
	const { port } = server.address() as AddressInfo;
	await sandbox.feishu.changeCallback(appId, {
		mode: 'url',
		url: `http://127.0.0.1:${port}/`,
		verify: false,
		encrypt_key: encryptKey,
		verification_token: verificationToken,
		...callback,
	});
	const pressed = { user: PERSON, biz_id: 'shift-7', app_id: appId, button: 0 };
	return await sandbox.feishu.press(pressed);
}

const CALLBACKS = ['card.action.trigger', 'card.action.trigger_v1'] as const;
const UNITS = ['seconds', 'milliseconds'] as const;
const FORMS = ['object', 'json'] as const;
const PLACES = ['action.value', 'action.action_map', 'event.action_map'] as const;
const forms = CALLBACKS.flatMap((button_callback) =>
	['', encryptKey].flatMap((key) =>
		UNITS.flatMap((timestampUnit) =>
			FORMS.flatMap((actionValuesForm) =>
				PLACES.map(
					(actionValues) =>
						[button_callback, key, { timestampUnit, actionValuesForm, actionValues }] as const,
				),
			),
		),
	),
);

describe('a press in every form that Feishu may send it in', () => {
	it.each(forms)(
		'starts the workflow once: %s, Encrypt Key "%s", %j',
		async (button_callback, key, callbacks) => {
			await sandbox.feishu.changeSettings({ callbacks });
			keys.encryptKey = key;
			const result = await press({ button_callback, encrypt_key: key });
			expect(result).toMatchObject({ answered: true, toast: { content: '打卡成功' } });
			expect(trigger.effects.started).toMatchObject([
				{
					event_id: expect.any(String),
					event_type: 'card.action.trigger',
					operator: { open_id: PERSON },
					action: { action: 'clock_in', biz_id: 'shift-7' },
					biz_id: 'shift-7',
				},
			]);
			// The second is another press.
			await press({ button_callback, encrypt_key: key });
			const ids = trigger.effects.started.map(({ event_id }) => event_id);
			expect(new Set(ids).size).toBe(2);
			expect(JSON.stringify(trigger.effects.started)).not.toContain(verificationToken);
			expect(warnings).toEqual([]);
		},
	);

	it.each(UNITS)(
		'starts nothing as the old callback with another signature (%s)',
		async (timestampUnit) => {
			await sandbox.feishu.changeSettings({ callbacks: { timestampUnit } });
			keys.verificationToken = 'another token';
			const result = await press({ button_callback: 'card.action.trigger_v1' });
			expect(result).toMatchObject({ answered: false, failure: { reason: 'status' } });
			expect(trigger.effects.started).toEqual([]);
			expect(warnings).toEqual([
				expect.stringMatching(/card\.action\.trigger_v1.*subscribe to card\.action\.trigger /),
			]);
		},
	);
});
