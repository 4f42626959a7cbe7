import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { IDataObject } from 'n8n-workflow';

import { withSandbox } from '../helpers/execution/withSandbox';

const FIRST = 'ou_e3e6762bca24fa9c949699dbd6ab7a5f';
const SECOND = 'ou_90b767f04fde17beeab734b2de586509';

/** What the expressions of the recipes read. */
const ITEM = {
	members: [FIRST, SECOND],
	open_id: FIRST,
	shift: 7,
	course: 42,
	parcel: 9,
	// Of an event, from the trigger.
	biz_id: 'parcel-9',
	operator: { open_id: FIRST },
	details: { biz_id: 'canteen-1', failed: [{ user_id: SECOND }] },
};

const blocksOf = (page: string): IDataObject[] => {
	const text = readFileSync(path.resolve(__dirname, '../..', page), 'utf8');
	return [...text.matchAll(/^```json\n([^]*?)\n```$/gm)].map(([, json]) => JSON.parse(json));
};

const RECIPES = ['docs/recipes.md', 'docs/recipes.zh-CN.md'];

describe.each(['README.md', 'README_zh-CN.md', ...RECIPES])('the JSON in %s', (page) => {
	const sandbox = withSandbox();
	const blocks = blocksOf(page);
	const isRecipe = (block: IDataObject) => block.resource !== undefined;
	const isTrigger = (block: IDataObject) => block.connection !== undefined;

	it('reaches everybody, and gives the output that stands below it', async () => {
		for (const [index, block] of blocks.entries()) {
			if (!isRecipe(block)) continue;
			const onePersonAnItem = block.userIds === '={{ $json.open_id }}';
			const items = onePersonAnItem ? [ITEM, { ...ITEM, open_id: SECOND }] : [ITEM];
			await sandbox.feishu.clearRequests();
			const output = await sandbox.output(block, { items, typeVersion: 1.1 });

			const notReached = output.filter(
				({ failed, status }) => !(status === 'succeeded' || (failed as unknown[])?.length === 0),
			);
			expect({ block, notReached }).toEqual({ block, notReached: [] });
			expect(await sandbox.requests()).toHaveLength(1);
			const below = blocks[index + 1];
			if (below !== undefined && !isRecipe(below) && !isTrigger(below))
				expect(output).toEqual([below]);
		}
	});

	if (!RECIPES.includes(page)) return;
	it('pins, marks as done and clears, as the text says', async () => {
		const recipes = blocks.filter(isRecipe);
		const [pinned, done, , cleared] = recipes.filter(({ bizId, options }) =>
			String(bizId ?? (options as IDataObject)?.bizId).includes('course'),
		);
		const cardOf = async (person: string) =>
			(await sandbox.feishu.feed(person)).find(({ biz_id }) => biz_id === 'training-42');

		await sandbox.output(pinned, { items: [ITEM], typeVersion: 1.1 });
		expect(await cardOf(FIRST)).toMatchObject({ time_sensitive: true });
		await sandbox.output(done, { items: [ITEM], typeVersion: 1.1 });
		expect(await cardOf(FIRST)).toMatchObject({
			time_sensitive: false,
			status_label: { type: 'success' },
		});
		expect(await cardOf(SECOND)).toMatchObject({ time_sensitive: true });
		await sandbox.output(cleared, { items: [ITEM], typeVersion: 1.1 });
		expect(await cardOf(FIRST)).toMatchObject({ status_label: null, preview: '', buttons: [] });
	});
});
