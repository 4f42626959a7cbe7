import type { IDataObject } from 'n8n-workflow';

import { SEEDED_APPS } from '../../sandbox/feishu/src';
import { app } from '../helpers/execution/seededCredentials';
import {
	MEDIA_TYPES,
	MOST_BYTES,
	PICTURES,
	binary,
	data,
	pngOf,
	pngOfLength,
} from '../helpers/pictures';
import { PASSING_FAULTS } from '../helpers/execution/passingFaults';
import { withSandbox } from '../helpers/execution/withSandbox';

const sandbox = withSandbox({ people: 20 });

const IMAGES = '/open-apis/im/v1/images';
const upload = (parameters: IDataObject = {}): IDataObject => ({
	resource: 'image',
	operation: 'upload',
	...parameters,
});

/** The bytes that the sandbox's Feishu holds under a key. */
async function stored(imageKey: unknown): Promise<Buffer> {
	const response = await fetch(`${sandbox.url}/sandbox/images/${String(imageKey)}`);
	return Buffer.from(await response.arrayBuffer());
}

describe('Image: Upload', () => {
	it.each(Object.keys(PICTURES) as Array<keyof typeof PICTURES>)('uploads %s', async (kind) => {
		const [{ image_key }] = await sandbox.output(upload(), { files: [data(PICTURES[kind])] });
		expect(image_key).toMatch(/^img_v3_/);
		expect(await stored(image_key)).toEqual(PICTURES[kind]);
		expect(await sandbox.calls()).toEqual([
			{
				method: 'POST',
				path: IMAGES,
				query: {},
				body: {
					image_type: 'avatar',
					image: {
						filename: expect.stringMatching(/^image\.[a-z]+$/) as string,
						mimetype: MEDIA_TYPES[kind],
						bytes: PICTURES[kind].length,
					},
				},
			},
		]);
		const [{ headers }] = await sandbox.requests();
		expect(headers?.authorization).toMatch(/^Bearer t-\S+$/);
		expect(headers?.['content-type']).toMatch(/^multipart\/form-data; boundary=/);
		expect(Number(headers?.['content-length'])).toBeGreaterThan(PICTURES[kind].length);
	});

	it('takes the picture from another field, for messages', async () => {
		const files = [{ photo: binary(PICTURES.gif, 'x.gif'), data: binary(PICTURES.png) }];
		const parameters = upload({ binaryPropertyName: 'photo', imageType: 'message' });
		const [{ image_key }] = await sandbox.output(parameters, { files });
		expect(await stored(image_key)).toEqual(PICTURES.gif);
		expect((await sandbox.calls())[0]?.body).toMatchObject({ image_type: 'message' });
	});

	it('uploads the picture of each item', async () => {
		const pictures = [pngOf('one'), pngOf('two'), pngOf('three')];
		const { outputs } = await sandbox.run(upload({ binaryPropertyName: '={{ $json.in }}' }), {
			items: [{ in: 'a' }, { in: 'b' }, { in: 'a' }],
			files: pictures.map((bytes, index) => ({ [index === 1 ? 'b' : 'a']: binary(bytes) })),
		});
		expect(outputs[0]?.map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 1 },
			{ item: 2 },
		]);
		const keys = outputs[0]!.map(({ json }) => json.image_key);
		expect(await Promise.all(keys.map(stored))).toEqual(pictures);
	});

	it('takes a picture of exactly 10 MB', async () => {
		const picture = pngOfLength(MOST_BYTES);
		const [{ image_key }] = await sandbox.output(upload(), { files: [data(picture)] });
		expect((await stored(image_key)).equals(picture)).toBe(true);
	});

	const SVG = '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>';
	const FILE = 'The file "logo.png" in the binary field "data"';
	const KINDS = 'but Feishu takes only JPEG, PNG, WEBP, GIF, TIFF, BMP, ICO';
	it.each<[string, Buffer, string]>([
		[
			'10 MB and a byte',
			pngOfLength(MOST_BYTES + 1),
			`${FILE} has 10485761 bytes, but at most 10485760 (10 MB) are allowed: make the picture smaller`,
		],
		['an SVG', Buffer.from(SVG), `${FILE} is SVG, ${KINDS}: convert the picture to PNG or JPEG`],
		['an SVG with a byte order mark', Buffer.from(`\ufeff ${SVG}`), `${FILE} is SVG`],
		[
			'an SVG as drawing programs save it',
			Buffer.from(
				'<?xml version="1.0"?><!-- by hand --><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x.dtd">\n<svg id="a"/>',
			),
			`${FILE} is SVG`,
		],
		['many comments', Buffer.from('<!---->'.repeat(100_000)), `${FILE} is text`],
		['an empty file', Buffer.alloc(0), `${FILE} is empty (0 bytes), but must be a picture`],
		['a text named .png', Buffer.from('not a picture'), `${FILE} is text, ${KINDS}`],
		['a text that begins as a BMP', Buffer.from('BMW is a maker of cars'), `${FILE} is text`],
		['a page of HTML', Buffer.from('<!doctype html><html></html>'), `${FILE} is HTML`],
		['a PDF', Buffer.from('%PDF-1.7\n'), `${FILE} is PDF`],
		['a HEIC', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0'), `${FILE} is HEIC`],
		['noise', Buffer.from([0, 1, 2, 3, 4, 5, 6, 7]), `${FILE} is not a picture`],
	])('refuses %s before the first call of any item', async (_, bytes, message) => {
		const { error, outputs } = await sandbox.run(upload(), {
			items: [{}, {}],
			files: [data(PICTURES.png), data(bytes)],
		});
		expect(error?.message.slice(0, message.length)).toBe(message);
		expect(error).toMatchObject({ name: 'NodeOperationError', context: { itemIndex: 1 } });
		expect(outputs).toEqual([]);
		expect(await sandbox.feishu.requests()).toEqual([]);
	});

	it('does not read a file that n8n says is too large', async () => {
		// Its size is all that is wrong with it.
		const file = { ...binary(PICTURES.png), bytes: MOST_BYTES + 1 };
		const { error } = await sandbox.run(upload(), { files: [{ data: file }] });
		expect(error?.message).toMatch(/ has 10485761 bytes, but at most 10485760 /);
		expect(await sandbox.feishu.requests()).toEqual([]);
	});

	it.each<[string, IDataObject, string]>([
		[
			'a field that the item lacks',
			{ binaryPropertyName: 'photo' },
			'Input Binary Field names the binary field "photo", which the item does not have: it has only "data"',
		],
		['no field', { binaryPropertyName: '={{ "" }}' }, 'Input Binary Field is empty'],
		[
			'a number',
			{ binaryPropertyName: '={{ 42 }}' },
			'Input Binary Field must be the name of a binary field, but is the number 42',
		],
		[
			'an object without a file',
			{ binaryPropertyName: '={{ {} }}' },
			'Input Binary Field must be the name of a binary field, but is an object without a file',
		],
		[
			'another image type',
			{ imageType: '={{ "cover" }}' },
			'Image Type must be one of avatar, message, but is the text "cover"',
		],
	])('refuses %s', async (_, parameters, message) => {
		const { error } = await sandbox.run(upload(parameters), { files: [data(PICTURES.png)] });
		expect(error?.message.slice(0, message.length)).toBe(message);
		expect(await sandbox.feishu.requests()).toEqual([]);
	});

	it('says that an item has no files at all', async () => {
		const { error } = await sandbox.run(upload());
		expect(error?.message).toMatch(/does not have: it has none at all$/);
	});

	it('goes on with the other items, if items may fail', async () => {
		const output = await sandbox.output(upload(), {
			items: [{}, {}, {}],
			files: [data(PICTURES.png), data(Buffer.from(SVG)), data(PICTURES.gif)],
			onError: 'continueRegularOutput',
		});
		expect(output).toEqual([
			{ image_key: expect.stringMatching(/^img_/) as string },
			{ error: expect.stringContaining('is SVG') as string },
			{ image_key: expect.stringMatching(/^img_/) as string },
		]);
	});

	it.each(PASSING_FAULTS)('sends the same picture again after %s', async (_, fault) => {
		await sandbox.feishu.addFault({ ...fault, operation: 'image.create', nth: 1 });
		const picture = pngOfLength(300_000);
		const [{ image_key }] = await sandbox.output(upload(), { files: [data(picture)] });
		expect((await stored(image_key)).equals(picture)).toBe(true);
		const bodies = (await sandbox.calls()).map(({ body }) => body);
		expect(bodies).toHaveLength(2);
		expect(bodies[1]).toEqual(bodies[0]);
	});

	it('says what Feishu refused, and repeats no secret', async () => {
		await sandbox.feishu.addFault({
			kind: 'errorCode',
			operation: 'image.create',
			status: 400,
			code: 234011,
			msg: `Can't recognize the image format. ${SEEDED_APPS.custom.app_secret}`,
		});
		const { error } = await sandbox.run(upload(), { files: [data(PICTURES.png)] });
		expect(error?.message).toMatch(
			/^Could not upload the image: Feishu answered "Can't recognize the image format\. \*\*\*" \(code 234011, log ID \S+\): convert the picture to PNG or JPEG$/,
		);
	});

	it('says what to do about a picture that has too many pixels', async () => {
		const wide = Buffer.from(PICTURES.bmp);
		wide.writeInt32LE(4097, 18);
		const { error } = await sandbox.run(upload(), { files: [data(wide)] });
		expect(error?.message).toMatch(/\(code 234039, .*\): make the picture smaller: .*4096 × 4096/);
		await sandbox.output(upload({ imageType: 'message' }), { files: [data(wide)] });
	});

	it('says which scopes suffice', async () => {
		const credential = sandbox.credential(app(SEEDED_APPS.fewScopes));
		const { error } = await sandbox.run(upload(), { files: [data(PICTURES.png)], credential });
		expect(error?.message).toMatch(/open the scope im:resource or im:resource:upload for the app/);
	});
});
