import type { IDataObject } from 'n8n-workflow';

import { itSinceN8n2 } from '../helpers/execution/engine';
import { FULL_CARD, FULL_FORM, LINK, byId } from '../helpers/execution/forms';
import { withSandbox } from '../helpers/execution/withSandbox';
import { PICTURES, data } from '../helpers/pictures';

/**
 * What version 1.1 of the node has elsewhere than version 1, which test/savedWorkflows holds: among the options what
 * is seldom used, and a choice to remove buttons.
 */
const sandbox = withSandbox({ people: 20 });

const { bizId, avatarKey, notify, ...others } = FULL_FORM;
const to = () => ({ recipientsBy: 'id', userIds: sandbox.people[0].open_id });

async function run(parameters: IDataObject, more: Parameters<typeof sandbox.run>[1] = {}) {
	const {
		outputs,
		error,
		run: ran,
	} = await sandbox.run({ ...to(), ...parameters }, { typeVersion: 1.1, ...more });
	const task = ran.data.resultData.runData['Feishu Feed'][0];
	return { output: outputs[0]?.map(({ json }) => json), error, hints: task.hints };
}

/** The card that was sent to be created. */
async function sentCard(): Promise<IDataObject> {
	const [call] = (await sandbox.calls()).filter(({ path }) => path.endsWith('app_feed_card'));
	return (call?.body as { app_feed_card: IDataObject })?.app_feed_card;
}

describe.each(['create', 'upsert'])('%s', (operation) => {
	/** Create or Update has the key of its cards in the form. */
	const named = (options: IDataObject): IDataObject =>
		operation === 'upsert' ? { bizId, options } : { options: { bizId, ...options } };
	const card = { resource: 'appFeedCard', operation };

	it('sends a card with everything', async () => {
		const { error } = await run({ ...card, ...others, ...named({ avatarKey, notify }) });
		expect(error).toBeUndefined();
		expect(await sentCard()).toEqual(FULL_CARD);
	});

	it('reads options that are expressions', async () => {
		const item = { avatar: 'img_v3_a', notify: { close_notify: true }, card: 'b' };
		await run(
			{
				...card,
				link: LINK,
				...(operation === 'upsert' && { bizId: '={{ $json.card }}' }),
				options: {
					avatarKey: '={{ $json.avatar }}',
					notify: '={{ $json.notify }}',
					...(operation === 'create' && { bizId: '={{ $json.card }}' }),
				},
			},
			{ items: [item] },
		);
		expect(await sentCard()).toMatchObject({
			biz_id: 'b',
			avatar_key: 'img_v3_a',
			notify: { close_notify: true },
		});
	});

	it('reads options that one expression gives', async () => {
		const options = { ...(named({}).options as IDataObject), avatarKey, notify };
		const { output } = await run(
			{ ...card, link: LINK, ...named({}), options: '={{ $json.x }}' },
			{ items: [{ x: { ...options, itemPerRecipient: true } }] },
		);
		expect(output).toMatchObject([{ biz_id: bizId, status: 'succeeded' }]);
		expect(await sentCard()).toMatchObject({ avatar_key: avatarKey, notify: FULL_CARD.notify });
	});

	it('uploads the picture of the item', async () => {
		await run(
			{ ...card, link: LINK, ...named({ avatarBinaryProperty: 'data' }) },
			{ files: [data(PICTURES.png)] },
		);
		expect(await sentCard()).toMatchObject({ avatar_key: expect.stringMatching(/^img_/) });
	});

	it('refuses two avatars before any call', async () => {
		const two = { avatarKey, avatarUrl: 'https://example.com/logo.png' };
		const { error } = await run({ ...card, link: LINK, ...named(two) });
		expect(error?.message).toBe(
			'Options has Avatar Key and Avatar URL, but a card has one avatar: keep one of them',
		);
		expect(await sandbox.feishu.requests()).toEqual([]);
	});

	it('takes a card in JSON as it is, whatever was added for one in fields', async () => {
		const cardJson = JSON.stringify({ link: { link: LINK }, notify: { close_notify: true } });
		await run({ ...card, cardSource: 'json', cardJson, ...named({ avatarKey, notify }) });
		expect(await sentCard()).toEqual({
			biz_id: bizId,
			link: { link: LINK },
			notify: { close_notify: true },
		});
	});
});

it('warns of a business ID whose expression gives nothing', async () => {
	const { hints, output } = await run({ link: LINK, options: { bizId: '={{ $json.typo }}' } });
	expect(hints).toMatchObject([{ message: expect.stringContaining('expression in Business ID') }]);
	expect(output).toMatchObject([{ succeeded: [to().userIds] }]);
});

itSinceN8n2('waits with a card that has what was added', async () => {
	const states: IDataObject[] = [];
	const { error } = await run(
		{
			resource: 'appFeedCard',
			operation: 'sendAndWait',
			title: 'Leave',
			link: LINK,
			options: { bizId, avatarKey, notify },
		},
		{
			executeWorkflow: (input) => {
				states.push(...input.map(({ json }) => json));
				return input;
			},
		},
	);
	expect(error).toBeUndefined();
	expect(states).toMatchObject([
		{
			cards: [{ card: { biz_id: bizId, avatar_key: avatarKey, notify: FULL_CARD.notify } }],
		},
	]);
});

describe('Update Buttons', () => {
	const chat = () => ({
		resource: 'chat',
		operation: 'updateButtons',
		chatId: byId(sandbox.groups[0].chat_id),
	});
	const buttonsSent = async () =>
		(await sandbox.calls()).map(({ body }) => (body as { buttons: unknown }).buttons);

	it.each([undefined, {}, { button: [] }, '={{ $json.none }}', '={{ [] }}'])(
		'does nothing without a button, and says so: %j',
		async (buttons) => {
			const { error } = await run({ ...chat(), ...(buttons && { buttons }) });
			expect(error?.message).toBe(
				'Buttons is empty, so nothing was changed: add a button, or choose Remove All Buttons in Change',
			);
			expect(await sandbox.feishu.requests()).toEqual([]);
		},
	);

	it.each(['remove', '={{ $json.change }}'])('removes all when told to: %s', async (change) => {
		const buttons = { button: [{ text: 'Left over', url: LINK }] };
		const { error } = await run(
			{ ...chat(), buttonsChange: change, buttons },
			{ items: [{ change: 'remove' }] },
		);
		expect(error).toBeUndefined();
		expect(await buttonsSent()).toEqual([{ buttons: [] }]);
	});

	it('sets those that are there', async () => {
		await run({ ...chat(), buttons: { button: [{ text: 'Open', url: LINK }] } });
		expect(await buttonsSent()).toMatchObject([{ buttons: [{ text: { text: 'Open' } }] }]);
	});

	it('refuses another change', async () => {
		const { error } = await run({ ...chat(), buttonsChange: '={{ "clear" }}' });
		expect(error?.message).toMatch(/^Change must be one of/);
		expect(await sandbox.feishu.requests()).toEqual([]);
	});
});
