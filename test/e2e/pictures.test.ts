import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { INode, INodeParameters } from 'n8n-workflow';

import { SEEDED_APPS, TENANT_KEY } from '../../sandbox/feishu/src';
import type { SavedCredential } from '../../sandbox/n8n/src';
import { expect } from '../helpers/e2e/expect';
import { RealN8n } from '../helpers/e2e/RealN8n';
import { chain, feishuFeed, manualTrigger, node, withItems } from '../helpers/e2e/workflows';
import { PictureServer } from '../helpers/PictureServer';
import { PICTURES } from '../helpers/pictures';

const { app_id: appId, app_secret: appSecret } = SEEDED_APPS.custom;

let n8n: RealN8n;
let web: PictureServer;
let folder: string;
let credential: SavedCredential;
let person: string;

beforeAll(async () => {
	web = await PictureServer.start();
	web.serve('/logo.png', PICTURES.png);
	folder = mkdtempSync(join(tmpdir(), 'feishu-feed-pictures-'));
	const certificate = join(folder, 'certificate.pem');
	writeFileSync(certificate, web.certificate);
	n8n = await RealN8n.start({ NODE_EXTRA_CA_CERTS: certificate });
	credential = await n8n.createCredential('Feishu of the tests', { appId, appSecret });
	const [first] = await n8n.feishu.people({ tenant_key: TENANT_KEY });
	person = first!.open_id;
});
afterEach(async () => await n8n.feishu.reset({ keepTokens: true }));
afterAll(async () => {
	await n8n?.close();
	await web?.close();
	if (folder) rmSync(folder, { recursive: true, force: true });
});

/** Makes a file of n8n's own from a text in base64. */
const makeFile = (): INode =>
	node(
		'File',
		'n8n-nodes-base.convertToFile',
		{ operation: 'toBinary', sourceProperty: 'picture', options: {} },
		{ typeVersion: 1.1 },
	);

/** Our node with a card for the person. */
const cardNode = (parameters: INodeParameters): INode =>
	feishuFeed('Card', credential, {
		resource: 'appFeedCard',
		operation: 'create',
		userIds: person,
		title: 'A card with a picture',
		link: 'https://example.com',
		bizId: '=picture-{{ $itemIndex }}',
		...parameters,
	});

/** The images that Feishu got, with their bytes, and the avatars of the person's cards, by business ID. */
async function arrived() {
	const uploads = await n8n.feishu.requests({ operation: 'image.create' });
	const keys = uploads.map(
		({ responseBody }) => (responseBody as { data: { image_key: string } }).data.image_key,
	);
	const bytes = await Promise.all(
		keys.map(async (key) => {
			const response = await fetch(`${n8n.feishuUrl}/sandbox/images/${key}`);
			return Buffer.from(await response.arrayBuffer());
		}),
	);
	const cards = (await n8n.feishu.feed(person)).filter(({ biz_id }) =>
		biz_id?.startsWith('picture-'),
	);
	const avatars = Object.fromEntries(cards.map(({ biz_id, avatar_key }) => [biz_id, avatar_key]));
	return { keys, bytes, avatars };
}

it('a picture that a node makes becomes the avatar of two cards, and is uploaded once', async () => {
	const workflow = chain(
		'Avatar from a file',
		manualTrigger(),
		makeFile(),
		cardNode({ avatarSource: 'binary', avatarBinaryProperty: 'data' }),
	);
	const picture = PICTURES.gif.toString('base64');
	const run = await n8n.run(withItems(workflow, { picture }, { picture }));
	expect(run.errorMessage()).toBeUndefined();
	expect(run.itemsOf('Card')).toMatchObject([{ succeeded: [person] }, { succeeded: [person] }]);
	const { keys, bytes, avatars } = await arrived();
	expect(bytes).toEqual([PICTURES.gif]);
	expect(avatars).toEqual({ 'picture-0': keys[0], 'picture-1': keys[0] });
});

it('a picture on the web becomes the avatar', async () => {
	const workflow = chain(
		'Avatar from a URL',
		manualTrigger(),
		cardNode({ avatarSource: 'url', avatarUrl: `${web.url}/logo.png` }),
	);
	const run = await n8n.run(workflow);
	expect(run.errorMessage()).toBeUndefined();
	const { keys, bytes, avatars } = await arrived();
	expect(bytes).toEqual([PICTURES.png]);
	expect(avatars).toEqual({ 'picture-0': keys[0] });
});

it('a file that was downloaded is uploaded, and its key is the avatar of a card', async () => {
	const workflow = chain(
		'Image: Upload',
		manualTrigger(),
		node(
			'Download',
			'n8n-nodes-base.httpRequest',
			{
				url: `${web.url}/logo.png`,
				options: { response: { response: { responseFormat: 'file' } } },
			},
			{ typeVersion: 4.2 },
		),
		feishuFeed('Upload', credential, { resource: 'image', operation: 'upload' }),
		cardNode({ avatarKey: '={{ $json.image_key }}' }),
	);
	const run = await n8n.run(workflow);
	expect(run.errorMessage()).toBeUndefined();
	const { keys, bytes, avatars } = await arrived();
	expect(run.itemsOf('Upload')).toEqual([{ image_key: keys[0] }]);
	expect(bytes).toEqual([PICTURES.png]);
	expect(avatars).toEqual({ 'picture-0': keys[0] });
});

it('a card that waits for a response has its picture', async () => {
	const workflow = chain(
		'Send and Wait with a picture',
		manualTrigger(),
		makeFile(),
		cardNode({
			operation: 'sendAndWait',
			avatarSource: 'binary',
			avatarBinaryProperty: 'data',
		}),
	);
	const picture = PICTURES.bmp.toString('base64');
	const run = await n8n.run(withItems(workflow, { picture }));
	expect(run.status).toBe('waiting');
	const { keys, bytes, avatars } = await arrived();
	expect(bytes).toEqual([PICTURES.bmp]);
	expect(avatars).toEqual({ 'picture-0': keys[0] });
});

it('a text that is called a picture is refused before any call', async () => {
	const workflow = chain(
		'Not a picture',
		manualTrigger(),
		makeFile(),
		cardNode({
			avatarSource: 'binary',
			avatarBinaryProperty: 'data',
		}),
	);
	const picture = Buffer.from('no picture').toString('base64');
	const run = await n8n.run(withItems(workflow, { picture }));
	expect(run.errorMessage('Card')).toMatch(/in the binary field "data" is text, but Feishu takes/);
	expect(
		(await n8n.feishu.requests()).filter(({ operation }) => operation === 'image.create'),
	).toEqual([]);
});
