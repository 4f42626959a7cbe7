import * as fc from 'fast-check';

import { MEDIA_TYPES, PICTURES, binary } from '../helpers/pictures';
import { withSandbox } from '../helpers/execution/withSandbox';
import { officialClient } from '../helpers/officialClient';
import { RANDOM_SEED } from '../helpers/randomSeed';

/** How many pictures the SDK and the node upload each. */
const CASES = 200;

jest.setTimeout(120_000);

const sandbox = withSandbox({ people: 20 });

type Kind = keyof typeof PICTURES;
const KINDS = Object.keys(PICTURES) as Kind[];

/** Pictures of all kinds, with any bytes behind what tells their kind, line ends and boundaries among them. */
const pictures = fc.record({
	kind: fc.constantFrom(...KINDS),
	more: fc.oneof(
		fc.uint8Array({ maxLength: 5_000 }),
		fc.constantFrom('\r\n', '\r\n--', '--\r\n\r\n', '\0').map((text) => Buffer.from(text)),
		fc.integer({ min: 60_000, max: 200_000 }).map((length) => Buffer.alloc(length, 'x\r\n')),
	),
	imageType: fc.constantFrom('avatar' as const, 'message' as const),
	fileName: fc.constantFrom('logo.png', '头像.png', 'a"b\r\nc.png', '', 'no-ending'),
});

/** What arrived, with the bytes that Feishu holds afterwards. */
async function arrived() {
	const requests = await sandbox.requests();
	return await Promise.all(
		requests.map(async ({ method, path, query, body, responseBody }) => {
			const { image, ...fields } = body as { image: { filename?: string; mimetype: string } };
			const { data: response } = responseBody as { data: { image_key: string } };
			const stored = await fetch(`${sandbox.url}/sandbox/images/${response.image_key}`);
			const bytes = Buffer.from(await stored.arrayBuffer()).toString('base64');
			return { call: { method, path, query, fields, bytes }, image };
		}),
	);
}

it(`${CASES} uploads arrive as those of the official SDK, with FAST_CHECK_SEED=${RANDOM_SEED}`, async () => {
	const client = officialClient(sandbox.url);
	const cases = fc.sample(pictures, CASES).map(({ kind, more, ...one }) => ({
		...one,
		kind,
		bytes: Buffer.concat([PICTURES[kind], more]),
	}));
	for (const { bytes, imageType } of cases) {
		await client.im.v1.image.create({ data: { image_type: imageType, image: bytes } });
	}
	const bySdk = await arrived();
	expect(bySdk).toHaveLength(CASES);
	await sandbox.feishu.reset({ keepTokens: true });

	await sandbox.output(
		{ resource: 'image', operation: 'upload', imageType: '={{ $json.imageType }}' },
		{
			items: cases.map(({ imageType }) => ({ imageType })),
			files: cases.map(({ bytes, fileName }) => ({ data: binary(bytes, fileName) })),
		},
	);
	const byNode = await arrived();
	expect(byNode).toHaveLength(CASES);
	for (const [place, { kind, bytes }] of cases.entries()) {
		expect(byNode[place]!.call).toEqual(bySdk[place]!.call);
		expect(byNode[place]!.call.bytes).toBe(bytes.toString('base64'));
		// The SDK names neither the file nor its kind.
		expect(byNode[place]!.image).toMatchObject({
			filename: expect.stringMatching(/^image\.(jpg|png|webp|gif|tiff|bmp|ico)$/) as string,
			mimetype: MEDIA_TYPES[kind],
			bytes: bytes.length,
		});
	}
});
