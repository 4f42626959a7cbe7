import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import type { IDataObject } from 'n8n-workflow';

import { resetProcessState } from '../../nodes/shared/primitives/processState';
import { describeSinceN8n2 } from '../helpers/execution/engine';
import { create, update, upsert } from '../helpers/execution/forms';
import { MOST_BYTES, PICTURES, binary, data, pngOf, pngOfLength } from '../helpers/pictures';
import { PictureServer } from '../helpers/PictureServer';
import { withPictureServer } from '../helpers/execution/withPictureServer';
import { storeApp } from '../helpers/execution/seededCredentials';
import type { RunOptions } from '../helpers/execution/runNode';
import { PASSING_FAULTS } from '../helpers/execution/passingFaults';
import { withSandbox } from '../helpers/execution/withSandbox';

const sandbox = withSandbox({ people: 510 });
const web = withPictureServer();

const fromFile = { avatarSource: 'binary', avatarBinaryProperty: 'data' };
const fromUrl = (avatarUrl: string): IDataObject => ({ avatarSource: 'url', avatarUrl });
const to = { userIds: '={{ $json.to }}', bizId: '=card-{{ $itemIndex }}' };

/** An item for each of the first people. */
const itemsFor = (count: number): IDataObject[] =>
	sandbox.openIds(0, count).map((openId) => ({ to: openId }));

/** The calls of each kind that arrived: uploads, and what the cards hold. */
async function arrived(): Promise<{
	uploads: Array<{ key: string; image_type: string; bytes: Buffer }>;
	cards: IDataObject[];
	order: string[];
}> {
	const requests = await sandbox.requests();
	const uploads = await Promise.all(
		requests
			.filter(({ operation }) => operation === 'image.create')
			.filter(({ code }) => code === 0)
			.map(async ({ body, responseBody }) => {
				const { image_key } = (responseBody as { data: { image_key: string } }).data;
				const response = await fetch(`${sandbox.url}/sandbox/images/${image_key}`);
				const { image_type } = body as { image_type: string };
				return { key: image_key, image_type, bytes: Buffer.from(await response.arrayBuffer()) };
			}),
	);
	const cards = requests
		.map(({ body }) => body as { app_feed_card?: IDataObject; feed_cards?: IDataObject[] })
		.flatMap(({ app_feed_card: card, feed_cards: cardsOfUpdate = [] }) => [
			...(card ? [card] : []),
			...cardsOfUpdate.map(({ app_feed_card }) => app_feed_card as IDataObject),
		]);
	return { uploads, cards, order: requests.map(({ operation }) => operation ?? '') };
}

describe('the avatar of a card', () => {
	it('from a binary field: one picture of 500 items is uploaded once, and each card has its key', async () => {
		const items = itemsFor(500);
		const picture = pngOfLength(20_000);
		const parameters = create({ ...to, ...fromFile, options: { callsAtOnce: 20 } });
		const output = await sandbox.output(parameters, {
			items,
			// As files of their own, not one that n8n keeps once.
			files: items.map((_, index) => data(picture, `logo ${index}.png`)),
		});
		const { uploads, cards, order } = await arrived();
		expect(uploads).toHaveLength(1);
		expect(uploads[0]!.bytes.equals(picture)).toBe(true);
		expect(uploads[0]!.image_type).toBe('avatar');
		expect(order[0]).toBe('image.create');
		expect(order.filter((operation) => operation === 'image.create')).toHaveLength(1);
		expect(cards).toHaveLength(500);
		expect(new Set(cards.map(({ avatar_key }) => avatar_key))).toEqual(new Set([uploads[0]!.key]));
		expect(output.flatMap(({ succeeded }) => succeeded)).toEqual(sandbox.openIds(0, 500));
	});

	it('equal cards with the same picture share full calls', async () => {
		const items = itemsFor(40);
		const files = items.map(() => data(PICTURES.png));
		await sandbox.output(create({ userIds: to.userIds, ...fromFile }), { items, files });
		expect((await arrived()).order).toEqual([
			'image.create',
			'appFeedCard.create',
			'appFeedCard.create',
		]);
	});

	it('two pictures are two uploads, each for its own cards', async () => {
		const items = itemsFor(6);
		const pictures = [pngOf('one'), pngOf('two')];
		const files = items.map((_, index) => data(pictures[index % 2]!));
		await sandbox.output(create({ ...to, ...fromFile }), { items, files });
		const { uploads, cards } = await arrived();
		expect(uploads.map(({ bytes }) => bytes)).toEqual(pictures);
		expect(cards.map(({ avatar_key }) => avatar_key)).toEqual(
			items.map((_, index) => uploads[index % 2]!.key),
		);
	});

	it('of many pictures: no more calls at once than the option says', async () => {
		const items = itemsFor(30);
		await sandbox.feishu.addFault({ kind: 'delay', operation: 'image.create', seconds: 0.05 });
		await sandbox.output(create({ ...to, ...fromFile, options: { callsAtOnce: 4 } }), {
			items,
			files: items.map((_, index) => data(pngOf(`${index}`))),
		});
		const { 'image.create': counted } = (await sandbox.feishu.counters()).operations;
		expect(counted).toMatchObject({ calls: 30, mostAtOnce: 4 });
		const { uploads } = await arrived();
		const byKey = new Map(uploads.map(({ key, bytes }) => [key, bytes.toString('latin1')]));
		for (const [index, { open_id }] of sandbox.people.slice(0, 30).entries()) {
			const card = await sandbox.cardOf({ open_id }, `card-${index}`);
			expect(byKey.get(card?.avatar_key ?? '')).toBe(pngOf(`${index}`).toString('latin1'));
		}
	});

	it('from a URL: fetched once over TLS without the credential, uploaded once', async () => {
		const url = web.current.serve('/logo.png', PICTURES.png);
		const items = itemsFor(5);
		await sandbox.output(create({ ...to, ...fromUrl(url) }), { items });
		const { uploads, cards } = await arrived();
		expect(web.current.asked.map(({ url: path }) => path)).toEqual(['/logo.png']);
		expect(web.current.asked[0]!.headers.authorization).toBeUndefined();
		expect(uploads.map(({ bytes }) => bytes)).toEqual([PICTURES.png]);
		expect(cards.map(({ avatar_key }) => avatar_key)).toEqual(items.map(() => uploads[0]!.key));
	});

	it('a URL and a file with the same content are one upload', async () => {
		const url = web.current.serve('/logo.png', PICTURES.png);
		await sandbox.output(
			create({
				...to,
				avatarSource: '={{ $json.from }}',
				avatarUrl: url,
				avatarBinaryProperty: 'data',
			}),
			{
				items: itemsFor(2).map((item, index) => ({ ...item, from: ['url', 'binary'][index] })),
				files: [undefined, data(PICTURES.png)],
			},
		);
		const { uploads, cards } = await arrived();
		expect(uploads).toHaveLength(1);
		expect(cards).toHaveLength(2);
	});

	it('follows redirects that stay with https', async () => {
		web.current.serve('/there', PICTURES.gif);
		web.current.answers.set('/here', (_, response) => {
			response.writeHead(302, { location: '/there' }).end();
		});
		const items = itemsFor(1);
		await sandbox.output(create({ ...to, ...fromUrl(`${web.current.url}/here`) }), { items });
		expect((await arrived()).uploads.map(({ bytes }) => bytes)).toEqual([PICTURES.gif]);
	});

	it.each<[string, IDataObject, IDataObject]>([
		[
			'an image key',
			{ avatarSource: 'key', avatarKey: 'img_v3_given' },
			{ avatar_key: 'img_v3_given' },
		],
		[
			'an image key, in a workflow of before',
			{ avatarKey: 'img_v3_given' },
			{ avatar_key: 'img_v3_given' },
		],
		['no key', {}, {}],
	])('from %s: nothing is uploaded', async (_, parameters, expected) => {
		await sandbox.output(create({ ...to, ...parameters }), { items: itemsFor(1) });
		const { cards, order } = await arrived();
		expect(order).toEqual(['appFeedCard.create']);
		const [{ avatar_key }] = cards as [IDataObject];
		expect({ ...(avatar_key !== undefined && { avatar_key }) }).toEqual(expected);
	});

	it('in JSON is a key, whatever the form held before', async () => {
		const cardJson = JSON.stringify({
			link: { link: 'https://example.com' },
			avatar_key: 'img_v3_json',
		});
		await sandbox.output(
			create({ userIds: '={{ $json.to }}', cardSource: 'json', cardJson, ...fromFile }),
			{
				items: itemsFor(1),
			},
		);
		const { cards, order } = await arrived();
		expect(order).toEqual(['appFeedCard.create']);
		expect(cards).toMatchObject([{ avatar_key: 'img_v3_json' }]);
	});

	it('of Create or Update: people who have the card get the picture as well', async () => {
		const [{ to: person }] = itemsFor(1) as [IDataObject];
		await sandbox.output(create({ userIds: person, bizId: 'card' }));
		const [output] = await sandbox.output(
			upsert({ userIds: sandbox.openIds(0, 2).join(), bizId: 'card', ...fromFile }),
			{ files: [data(PICTURES.png)] },
		);
		expect(output).toMatchObject({ updated: [person] });
		const { uploads } = await arrived();
		expect(uploads).toHaveLength(1);
		for (const { open_id } of sandbox.people.slice(0, 2)) {
			const card = await sandbox.cardOf({ open_id }, 'card');
			expect(card?.avatar_key).toBe(uploads[0]!.key);
		}
	});

	it.each<[string, (url: string) => IDataObject]>([
		['a binary field', () => ({ avatarBinaryProperty: 'data' })],
		['a URL', (url) => ({ avatarUrl: url })],
	])('of Update: from %s', async (_, fields) => {
		const [{ open_id }] = sandbox.people;
		const url = web.current.serve('/logo.png', PICTURES.png);
		await sandbox.output(create({ userIds: open_id, bizId: 'card', title: 'stays' }));
		await sandbox.output(update({ userIds: open_id, bizId: 'card', updateFields: fields(url) }), {
			files: [data(PICTURES.png)],
		});
		const { uploads } = await arrived();
		expect(uploads).toHaveLength(1);
		expect(await sandbox.cardOf({ open_id }, 'card')).toMatchObject({
			avatar_key: uploads[0]!.key,
			title: 'stays',
		});
		const last = (await sandbox.calls()).at(-1)!.body as { feed_cards: IDataObject[] };
		expect(last.feed_cards[0]).toMatchObject({ update_fields: ['2'] });
	});
});

describe('a picture that cannot be the avatar', () => {
	const FILE = 'The file "logo.png" in the binary field "data"';

	it.each<[string, Buffer, string]>([
		['of 10 MB and a byte', pngOfLength(MOST_BYTES + 1), `${FILE} has 10485761 bytes`],
		['that is an SVG', Buffer.from('<svg xmlns="x"/>'), `${FILE} is SVG`],
		['that is empty', Buffer.alloc(0), `${FILE} is empty (0 bytes)`],
		['that is a text named .png', Buffer.from('text'), `${FILE} is text, but Feishu takes only`],
	])('%s is refused before any call', async (_, bytes, message) => {
		const { error } = await sandbox.run(create({ ...to, ...fromFile }), {
			items: itemsFor(2),
			files: [data(PICTURES.png), data(bytes)],
		});
		expect(error?.message.slice(0, message.length)).toBe(message);
		expect(error).toMatchObject({ name: 'NodeOperationError', context: { itemIndex: 1 } });
		expect(await sandbox.feishu.requests()).toEqual([]);
	});

	it('is told of the first item, whichever was had first', async () => {
		const { error } = await sandbox.run(
			create({ ...to, ...fromFile, options: { callsAtOnce: 5 } }),
			{ items: itemsFor(2), files: [data(Buffer.from('one')), data(Buffer.alloc(0))] },
		);
		expect(error).toMatchObject({ context: { itemIndex: 0 } });
	});

	const redirect =
		(location: string) =>
		(_: unknown, response: ServerResponse): void => {
			response.writeHead(302, { location }).end();
		};
	it.each<[string, () => string, (host: string) => string]>([
		[
			'HTTP 404',
			() => `${web.current.url}/gone`,
			(host) => `Avatar URL could not be fetched: ${host} answered with HTTP 404`,
		],
		[
			'a redirect to http',
			() => {
				web.current.answers.set('/to-http', redirect('http://example.com/logo.png'));
				return `${web.current.url}/to-http`;
			},
			(host) =>
				`Avatar URL could not be fetched: ${host} redirects to an address that does not begin with https://`,
		],
		[
			'redirects without an end',
			() => {
				web.current.answers.set('/round', redirect('/round'));
				return `${web.current.url}/round`;
			},
			(host) => `Avatar URL could not be fetched: ${host} redirects more than 5 times`,
		],
		[
			'an endless file',
			() => {
				web.current.answers.set('/endless', (_, response) => {
					response.writeHead(200);
					const chunk = Buffer.alloc(1_000_000);
					const more = (): void => {
						while (response.write(chunk)) if (response.destroyed) return;
						if (!response.destroyed) response.once('drain', more);
					};
					more();
				});
				return `${web.current.url}/endless`;
			},
			(host) => `Avatar URL could not be fetched: ${host} sends more than 10 MB`,
		],
		[
			'a broken connection',
			() => {
				web.current.answers.set('/broken', (request) => request.destroy());
				return `${web.current.url}/broken`;
			},
			(host) => `Avatar URL could not be fetched: ${host} broke off the connection`,
		],
		[
			'nobody there',
			() => 'https://localhost:1/logo.png',
			() => 'Avatar URL could not be fetched: localhost:1 refused the connection',
		],
		[
			'a page instead of a picture',
			() => web.current.serve('/page', Buffer.from('<!DOCTYPE html><html></html>')),
			(host) => `The picture from ${host} is HTML, but Feishu takes only JPEG`,
		],
		[
			'http',
			() => 'http://localhost/logo.png',
			() => 'Avatar URL must be an address that begins with https://, but is "http://localhost',
		],
		['no address', () => '', () => 'Avatar URL is empty, but an https:// address is required'],
	])('from a URL: %s', async (_, address, message) => {
		const url = address();
		const expected = message(web.current.host);
		const { error } = await sandbox.run(create({ ...to, ...fromUrl('={{ $json.url }}') }), {
			items: [
				{ ...itemsFor(1)[0], url: web.current.serve('/good', PICTURES.png) },
				{ ...itemsFor(1)[0], url },
			],
		});
		expect(error?.message.slice(0, expected.length)).toBe(expected);
		expect(error).toMatchObject({ name: 'NodeOperationError', context: { itemIndex: 1 } });
		expect(await sandbox.feishu.requests()).toEqual([]);
	});

	it('is told of without the password of its address', async () => {
		const url = `${web.current.url}/gone`.replace('https://', 'https://me:hunter2-hunter2@');
		const { error, run } = await sandbox.run(create({ ...to, ...fromUrl('={{ $json.url }}') }), {
			items: [{ ...itemsFor(1)[0], url }],
		});
		expect(error?.message).toBe(
			`Avatar URL could not be fetched: ${web.current.host} answered with HTTP 404`,
		);
		expect(JSON.stringify([error, run.data.resultData.error])).not.toContain('hunter2');
	});

	it('does not trust a server whose certificate nobody vouches for', async () => {
		const stranger = await PictureServer.start();
		const url = stranger.serve('/logo.png', PICTURES.png);
		const { error } = await sandbox.run(create({ ...to, ...fromUrl(url) }), { items: itemsFor(1) });
		await stranger.close();
		expect(error?.message).toMatch(
			/has a certificate that is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\)$/,
		);
		expect(stranger.asked).toEqual([]);
	});

	it('is asked for after all other fields were found right', async () => {
		const url = web.current.serve('/logo.png', PICTURES.png);
		const { error } = await sandbox.run(
			create({ ...to, ...fromUrl(url), title: '={{ $json.title }}' }),
			{ items: [{ ...itemsFor(1)[0] }, { ...itemsFor(1)[0], title: 'x'.repeat(61) }] },
		);
		expect(error?.message).toMatch(/^Title has 61 characters/);
		expect(web.current.asked).toEqual([]);
	});

	it('fails its item alone, if items may fail', async () => {
		const output = await sandbox.output(create({ ...to, ...fromUrl('={{ $json.url }}') }), {
			items: itemsFor(3).map((item, index) => ({
				...item,
				url: index === 1 ? `${web.current.url}/gone` : web.current.serve('/logo.png', PICTURES.png),
			})),
			onError: 'continueRegularOutput',
		});
		const [first, , third] = sandbox.openIds(0, 3);
		expect(output).toMatchObject([
			{ succeeded: [first] },
			{ error: `Avatar URL could not be fetched: ${web.current.host} answered with HTTP 404` },
			{ succeeded: [third] },
		]);
		expect((await arrived()).cards).toHaveLength(2);
	});

	it('fails its item alone, when n8n has lost its file', async () => {
		const output = await sandbox.output(create({ ...to, ...fromFile }), {
			items: itemsFor(2),
			files: [{ data: { ...binary(PICTURES.png), id: 'no-such-store:lost' } }, data(PICTURES.png)],
			onError: 'continueRegularOutput',
		});
		expect(output).toMatchObject([
			{ error: expect.stringMatching(/\S/) as string },
			{ succeeded: sandbox.openIds(1, 2) },
		]);
		expect((await arrived()).cards).toHaveLength(1);
	});

	it('of Update: one avatar only, and not an empty one', async () => {
		const change = (updateFields: IDataObject) => update({ ...to, updateFields });
		for (const [fields, message] of [
			[
				{ avatarKey: 'img', avatarUrl: 'https://example.com' },
				'Fields to Update has Avatar Key and Avatar URL, but a card has one avatar: keep one of them',
			],
			[{ avatarUrl: '' }, 'Avatar URL is empty, but an https:// address is required'],
			[{ avatarUrl: '={{ $json.nothing }}' }, 'Avatar URL must be text, but is null'],
			[{ avatarBinaryProperty: '' }, 'Avatar Binary Field is empty, but must name a binary field'],
			[
				{ avatarBinaryProperty: 'photo' },
				'Avatar Binary Field names the binary field "photo", which the item does not have',
			],
		] as Array<[IDataObject, string]>) {
			const { error } = await sandbox.run(change(fields), { items: itemsFor(1) });
			expect(error?.message.slice(0, message.length)).toBe(message);
		}
		expect(await sandbox.feishu.requests()).toEqual([]);
	});
});

describe('an upload that Feishu does not take at once', () => {
	it.each(PASSING_FAULTS)(
		'is made again after %s, and every card has its picture',
		async (_, fault) => {
			await sandbox.feishu.addFault({ ...fault, operation: 'image.create', nth: 1 });
			const items = itemsFor(3);
			const output = await sandbox.output(create({ ...to, ...fromFile }), {
				items,
				files: items.map(() => data(PICTURES.png)),
			});
			expect(output.flatMap(({ succeeded }) => succeeded)).toEqual(sandbox.openIds(0, 3));
			const { uploads, cards, order } = await arrived();
			expect(order.filter((operation) => operation === 'image.create')).toHaveLength(2);
			expect(cards).toHaveLength(3);
			expect(new Set(cards.map(({ avatar_key }) => avatar_key))).toEqual(
				new Set([uploads.at(-1)!.key]),
			);
		},
	);

	it('fails its items and no others; nobody of them gets a card without its picture', async () => {
		await sandbox.feishu.addFault({
			kind: 'errorCode',
			operation: 'image.create',
			nth: 1,
			status: 400,
			code: 234011,
			msg: "Can't recognize the image format.",
		});
		const items = itemsFor(4);
		const output = await sandbox.output(create({ ...to, ...fromFile }), {
			items,
			files: items.map((_, index) => data(pngOf(`${index % 2}`))),
			onError: 'continueRegularOutput',
		});
		const refused = {
			error: expect.stringMatching(/^Could not upload the avatar: .*234011/) as string,
		};
		const [, second, , fourth] = sandbox.openIds(0, 4);
		expect(output).toMatchObject([
			refused,
			{ succeeded: [second] },
			refused,
			{ succeeded: [fourth] },
		]);
		expect((await arrived()).cards).toHaveLength(2);
	});

	it('makes no card when the execution is stopped meanwhile', async () => {
		await sandbox.feishu.addFault({ kind: 'silence', operation: 'image.create', seconds: 2 });
		const stopWhen = (async () => {
			while ((await sandbox.requests()).length === 0) await sleep(20);
		})();
		await sandbox.run(create({ ...to, ...fromFile }), {
			items: itemsFor(2),
			files: [data(PICTURES.png), data(PICTURES.gif)],
			stopWhen,
		});
		expect((await arrived()).order).toEqual(['image.create']);
	});

	it('ends the node before any card, if items may not fail', async () => {
		await sandbox.feishu.addFault({ kind: 'serverError', operation: 'image.create' });
		const { error } = await sandbox.run(
			create({ ...to, ...fromFile, options: { longestWait: 0 } }),
			{ items: itemsFor(2), files: [data(PICTURES.png), data(PICTURES.gif)] },
		);
		expect(error?.message).toMatch(/^Could not upload the avatar: /);
		expect(error).toMatchObject({ context: { itemIndex: 0 } });
		expect((await arrived()).order).toEqual(['image.create']);
	});
});

describeSinceN8n2('the avatar of a card that waits for a response', () => {
	/** Runs Send and Wait, and gives the cards that it hands on to what waits. */
	async function cardsToWait(parameters: IDataObject, options: Partial<RunOptions>) {
		let state: IDataObject | undefined;
		const { error } = await sandbox.run(
			{
				resource: 'appFeedCard',
				operation: 'sendAndWait',
				link: 'https://example.com',
				...to,
				...parameters,
			},
			{
				...options,
				executeWorkflow: ([item]) => {
					state = item?.json;
					return [{ json: { isOver: true } }];
				},
			},
		);
		return { cards: state?.cards as IDataObject[] | undefined, error };
	}

	it('is uploaded before the wait begins, once', async () => {
		const items = itemsFor(3);
		const files = items.map(() => data(PICTURES.png));
		const { cards } = await cardsToWait(fromFile, { items, files });
		const { uploads, order } = await arrived();
		expect(order).toEqual(['image.create']);
		expect(cards?.map(({ card }) => card)).toMatchObject(
			items.map(() => ({ avatar_key: uploads[0]!.key })),
		);
	});

	it('fails its item alone, if items may fail; the others wait', async () => {
		const items = itemsFor(2);
		const files = [data(Buffer.alloc(0)), data(PICTURES.png)];
		const onError = 'continueRegularOutput';
		const { cards } = await cardsToWait(fromFile, { items, files, onError });
		const { uploads } = await arrived();
		expect(cards).toMatchObject([
			{ userIds: [], error: expect.stringContaining('is empty (0 bytes)') as string },
			{ userIds: sandbox.openIds(1, 2), card: { avatar_key: uploads[0]!.key } },
		]);
	});

	it('ends the node before any call, if items may not fail', async () => {
		const { cards, error } = await cardsToWait(fromFile, {
			items: itemsFor(2),
			files: [data(PICTURES.png), data(Buffer.from('text'))],
		});
		expect(cards).toBeUndefined();
		expect(error?.message).toMatch(/is text, but Feishu takes only/);
		expect(await sandbox.feishu.requests()).toEqual([]);
	});
});

describe('a later run', () => {
	const run = async (bytes = PICTURES.png, credential = sandbox.credential()) =>
		await sandbox.output(create({ userIds: '={{ $json.to }}', ...fromFile }), {
			items: itemsFor(1),
			files: [{ data: binary(bytes) }],
			credential,
		});
	const uploadsSoFar = async () => (await arrived()).uploads.length;

	it('uses the key of the earlier one, until n8n starts again', async () => {
		await run();
		await run();
		const { cards } = await arrived();
		expect(await uploadsSoFar()).toBe(1);
		expect(cards[1]!.avatar_key).toBe(cards[0]!.avatar_key);
		resetProcessState();
		await run();
		expect(await uploadsSoFar()).toBe(2);
	});

	it('uploads another picture, and the same one again after an hour', async () => {
		await run();
		await run(PICTURES.gif);
		expect(await uploadsSoFar()).toBe(2);
		const now = Date.now();
		const clock = jest.spyOn(Date, 'now').mockImplementation(() => now + 61 * 60_000);
		await run();
		clock.mockRestore();
		expect(await uploadsSoFar()).toBe(3);
	});

	it('of another app uploads the picture for that app', async () => {
		await run();
		await sandbox.run(create({ userIds: '={{ $json.to }}', ...fromFile }), {
			items: itemsFor(1),
			files: [data(PICTURES.png)],
			credential: sandbox.credential(storeApp()),
		});
		expect(await uploadsSoFar()).toBe(2);
	});

	it('uploads again what could not be uploaded before', async () => {
		await sandbox.feishu.addFault({ kind: 'missingScope', operation: 'image.create', nth: 1 });
		await expect(run()).rejects.toMatchObject({
			message: expect.stringContaining('open the scope') as string,
		});
		await run();
		expect(await uploadsSoFar()).toBe(1);
	});
});
