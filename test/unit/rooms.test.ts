import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { findFaults } from '../../scripts/rooms';

let folder: string;

beforeEach(() => {
	folder = mkdtempSync(path.join(tmpdir(), 'rooms-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The faults of a folder that holds two nodes and a room, all sound, besides these files. */
function faultsWith(files: Record<string, string>): string[] {
	const sound = {
		'One/One.node.json': '{}',
		'One/One.node.ts': "import { read } from './fields/read';\nexport const one = read;",
		'One/fields/read.ts': "export { limit as read } from '../../shared/room/limits';",
		'Two/Two.node.ts': "import { limit } from '../shared/room';\nexport const two = limit;",
		'shared/room/index.ts': "export * from './limits';",
		'shared/room/limits.ts':
			"import type { IDataObject } from 'n8n-workflow';\nexport const limit = 1;",
	};
	for (const [file, text] of Object.entries({ ...sound, ...files })) {
		const target = path.join(folder, file);
		mkdirSync(path.dirname(target), { recursive: true });
		writeFileSync(target, text);
	}
	return findFaults(folder);
}

it('finds no fault in nodes that import from their own folder and from shared rooms', () => {
	expect(faultsWith({})).toEqual([]);
});

describe('an import circle', () => {
	it('is found, with all its files', () => {
		const faults = faultsWith({
			'One/a.ts': "import './b';",
			'One/b.ts': "export const b = async () => await import('./c');",
			'One/c.ts': "export { a } from './a';",
		});
		expect(faults).toEqual(['One/a.ts: import circle: One/a.ts → One/b.ts → One/c.ts → One/a.ts']);
	});

	it('is found when it is of types alone, or of one file', () => {
		const faults = faultsWith({
			'One/a.ts': "import type { B } from './b';\nexport type A = B;",
			'One/b.ts': "import type { A } from './a';\nexport type B = A;",
			'shared/room/self.ts': "import './self';",
		});
		expect(faults).toEqual([
			'One/a.ts: import circle: One/a.ts → One/b.ts → One/a.ts',
			'shared/room/self.ts: import circle: shared/room/self.ts → shared/room/self.ts',
		]);
	});
});

it.each([
	['of another node', 'Two/a.ts', "// First line\nimport { read } from '../One/fields/read';"],
	['of a node, into a shared room', 'shared/room/a.ts', "\nexport * from '../../One/fields/read';"],
])('finds an import %s', (_, file, text) => {
	expect(faultsWith({ [file]: text })).toEqual([
		`${file}:2: imports One/fields/read.ts from another node's folder; what both need belongs in shared/`,
	]);
});

it.each(['shared/loose.ts', 'shared/loose.json'])('finds a file outside a room: %s', (file) => {
	expect(faultsWith({ [file]: '' })).toEqual([`${file}: lies in shared/ outside a room`]);
});

describe('a cast by way of unknown', () => {
	const FAULT = '"as unknown as" without a comment that gives the reason';

	it.each([
		['bare', 2, "\nexport const a = 'a' as unknown as number;"],
		['after a text that looks like a comment', 1, "export const a = '// no' as unknown as number;"],
		['two lines below a comment', 3, '// Why\n\nexport const a = {} as unknown as number;'],
		['in an argument', 1, "f('a' as unknown as number);"],
		['of several lines', 3, 'export const a = {\n\ta: 1,\n} as unknown as number;'],
	])('is found %s', (_, line, text) => {
		expect(faultsWith({ 'One/a.ts': text })).toEqual([`One/a.ts:${line}: ${FAULT}`]);
	});

	it.each([
		['on the line before', '// Why\nexport const a = {} as unknown as number;'],
		['on its line', 'export const a = {} as unknown as number; // Why'],
		['inside it', 'f({ a: {} as unknown as number /* Why */, b: 1 });'],
		['above an expression of several lines', '// Why\nf({\n\ta: 1,\n} as unknown as number);'],
		['on the last of several lines', 'f({\n\ta: 1,\n} as unknown as number); // Why'],
	])('may have its reason %s', (_, text) => {
		expect(faultsWith({ 'One/a.ts': text })).toEqual([]);
	});
});
