import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { IDataObject, INodePropertyOptions } from 'n8n-workflow';

import { FeishuFeed } from '../../nodes/FeishuFeed/FeishuFeed.node';
import { readExamples, type Example } from '../../scripts/documentation/examples';
import { fieldsOf, layOut, pathsIn } from '../../scripts/documentation/formRows';
import { PICTURES, data } from '../helpers/pictures';
import { withPictureServer } from '../helpers/execution/withPictureServer';
import { withSandbox } from '../helpers/execution/withSandbox';

/** They follow on each other: what is deleted at the end was made at the start. */
const ORDER = ['create', 'upsert', 'update', 'delete'];
const examples = readExamples().sort(
	(one, another) =>
		ORDER.indexOf(one.parameters.operation) - ORDER.indexOf(another.parameters.operation),
);
/** What those find that take a picture from the item. */
const FILES = [data(PICTURES.png)];
/** The key of an image is another one each time. */
const withoutKeys = (output: IDataObject[]): IDataObject[] =>
	output.map(({ image_key: key, ...others }) =>
		typeof key === 'string'
			? { image_key: key.replace(/^img_v3_[-\w]+$/, 'img_v3_…'), ...others }
			: others,
	);
const { properties } = new FeishuFeed().description;
const parametersOf = (operation: { resource: string; operation: string }) =>
	layOut(fieldsOf(properties, operation)).rows.map((row) => row.path);

describe('the examples in docs/parameters.md', () => {
	const sandbox = withSandbox();
	const web = withPictureServer();
	beforeEach(() => web.current.serve('/logo.png', PICTURES.png));
	/** The parameters of an example, with the pictures on the web where the test has them. */
	const withPictures = ({ parameters }: Example): IDataObject =>
		JSON.parse(
			JSON.stringify(parameters).replaceAll('https://pictures.example.com', web.current.url),
		) as IDataObject;

	it('give the output that stands beside them', async () => {
		const given = [];
		// Those that wait are executed in a real n8n: test/e2e/sendAndWait.test.ts.
		const once = examples.filter(({ parameters }) => parameters.operation !== 'sendAndWait');
		for (const example of once) {
			const output = await sandbox.output(withPictures(example), {
				typeVersion: 1.1,
				files: FILES,
			});
			given.push({ file: example.file, output: withoutKeys(output) });
		}
		expect(given).toEqual(once.map(({ file, output }) => ({ file, output: withoutKeys(output) })));
	});

	it('do what they say', async () => {
		const feedAfter = async (operation: string) => {
			const { parameters } = examples.find(
				(example) => example.parameters.operation === operation,
			)!;
			await sandbox.output(parameters, { typeVersion: 1.1 });
			const [first] = await sandbox.feishu.feed('ou_90b767f04fde17beeab734b2de586509');
			return first;
		};
		expect(await feedAfter('create')).toMatchObject({
			biz_id: 'delivery-42',
			time_sensitive: true,
			status_label: { text: 'On the way', type: 'primary' },
		});
		expect(await feedAfter('upsert')).toMatchObject({
			biz_id: 'delivery-42',
			status_label: { text: 'Arrived', type: 'danger' },
			buttons: [],
		});
		expect(await feedAfter('update')).toMatchObject({
			biz_id: 'delivery-42',
			time_sensitive: false,
			avatar_key: '',
			buttons: [{ text: { text: 'Receipt' } }, { text: { text: 'Report damage' } }],
		});
		expect((await feedAfter('delete')).biz_id).toBeUndefined();
		expect(await feedAfter('updateButtons')).not.toMatchObject({ time_sensitive: true });
		expect(await feedAfter('setTimeSensitive')).toMatchObject({ time_sensitive: true });
	});

	it('exist for every operation', () => {
		const operations = properties
			.filter(({ name }) => name === 'operation')
			.flatMap(({ options, displayOptions }) =>
				(options as INodePropertyOptions[]).map(
					({ value }) => `${displayOptions?.show?.resource?.[0]} ${value}`,
				),
			);
		const shown = examples.map(
			({ parameters }) => `${parameters.resource} ${parameters.operation}`,
		);
		expect(new Set(shown)).toEqual(new Set(operations));
	});

	it.each(examples)('have no parameter that the table lacks: $file', ({ parameters }) => {
		const { resource, operation, ...others } = parameters;
		const documented = parametersOf({ resource, operation });
		expect(pathsIn(others).filter((used) => !documented.includes(used))).toEqual([]);
	});

	it('together show every parameter of the tables', () => {
		const used = new Set(examples.flatMap(({ parameters }) => pathsIn(parameters)));
		// A collection is shown by what is in it.
		const isShown = (parameter: string) =>
			[...used].some(
				(one) =>
					one === parameter ||
					(/^(\[\]|\.)/.test(one.slice(parameter.length)) && one.startsWith(parameter)),
			);
		const parameters = new Set(examples.flatMap((example) => parametersOf(example.parameters)));
		expect([...parameters].filter((parameter) => !isShown(parameter))).toEqual([]);
	});

	it('stand in the page as they were executed', () => {
		const page = readFileSync(path.resolve(__dirname, '../../docs/parameters.md'), 'utf8');
		const blocks = [...page.matchAll(/^```json\n([\s\S]*?)^```/gm)].map(([, json]) =>
			JSON.parse(json),
		);
		for (const { parameters, output } of examples) {
			expect(blocks).toContainEqual(parameters);
			expect(blocks).toContainEqual(output.length === 1 ? output[0] : output);
		}
	});
});
