import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

import ts from 'typescript';

/** The folder beside the node folders that all of them may import from. */
const SHARED = 'shared';

/** A source file, its path relative to the folder with `/` between its parts. */
interface Source {
	file: string;
	tree: ts.SourceFile;
}

/** An import that stays in the folder. */
interface Import {
	from: string;
	to: string;
	/** Counted from 1. */
	line: number;
}

/**
 * Tells where a folder of nodes breaks the rules that keep it apart in rooms:
 * no import circle, no import into another node's folder, no file in `shared/` outside a room,
 * and no `as unknown as` without its reason in a comment, on its line or the line before.
 *
 * @returns a line for each fault, which begins with the file
 */
export function findFaults(folder: string): string[] {
	const files = readdirSync(folder, { recursive: true })
		.map((file) => String(file).split(path.sep).join('/'))
		.filter((file) => statSync(path.join(folder, file)).isFile())
		.sort();
	const sources = files.filter((file) => file.endsWith('.ts')).map((file) => parse(folder, file));
	const imports = sources.flatMap((source) => importsOf(source, new Set(files)));
	return [
		...circles(imports),
		...foreignImports(imports),
		...looseFiles(files),
		...sources.flatMap(unexplainedCasts),
	];
}

function parse(folder: string, file: string): Source {
	const text = readFileSync(path.join(folder, file), 'utf8');
	return { file, tree: ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true) };
}

/** All imports count, also those of types: who reads the one file has to read the other. */
function importsOf({ file, tree }: Source, files: Set<string>): Import[] {
	return ts
		.preProcessFile(tree.text, true, true)
		.importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
		.flatMap(({ fileName, pos }) => {
			const target = path.posix.join(path.posix.dirname(file), fileName);
			const to = [
				target,
				`${target}.ts`,
				`${target}/index.ts`,
				target.replace(/\.js$/, '.ts'),
			].find((candidate) => files.has(candidate));
			return to === undefined ? [] : [{ from: file, to, line: lineOf(tree, pos) }];
		});
}

/** One circle for each import that closes one, found from the first file on. */
function circles(imports: Import[]): string[] {
	const targets = new Map<string, string[]>();
	for (const { from, to } of imports) targets.set(from, [...(targets.get(from) ?? []), to]);
	const done = new Set<string>();
	const faults: string[] = [];
	const visit = (file: string, trail: string[]): void => {
		const start = trail.indexOf(file);
		if (start >= 0) {
			faults.push(`${file}: import circle: ${[...trail.slice(start), file].join(' → ')}`);
			return;
		}
		if (done.has(file)) return;
		for (const target of targets.get(file) ?? []) visit(target, [...trail, file]);
		done.add(file);
	};
	for (const file of targets.keys()) visit(file, []);
	return faults;
}

function foreignImports(imports: Import[]): string[] {
	return imports
		.filter(({ from, to }) => ![SHARED, topFolder(from)].includes(topFolder(to)))
		.map(
			({ from, to, line }) =>
				`${from}:${line}: imports ${to} from another node's folder; what both need belongs in ${SHARED}/`,
		);
}

function looseFiles(files: string[]): string[] {
	return files
		.filter((file) => path.posix.dirname(file) === SHARED)
		.map((file) => `${file}: lies in ${SHARED}/ outside a room`);
}

function unexplainedCasts({ file, tree }: Source): string[] {
	const commented = commentedLines(tree);
	const faults: string[] = [];
	const visit = (node: ts.Node): void => {
		if (
			ts.isAsExpression(node) &&
			ts.isAsExpression(node.expression) &&
			node.expression.type.kind === ts.SyntaxKind.UnknownKeyword
		) {
			// An expression of several lines may have its reason above it, or where the cast is.
			const lines = [node, node.expression.type].map((part) => lineOf(tree, part.getStart(tree)));
			if (!lines.some((line) => commented.has(line) || commented.has(line - 1))) {
				faults.push(`${file}:${lines[1]}: "as unknown as" without a comment that gives the reason`);
			}
		}
		ts.forEachChild(node, visit);
	};
	visit(tree);
	return faults;
}

/** The lines that comments end on. */
function commentedLines(tree: ts.SourceFile): Set<number> {
	const lines = new Set<number>();
	const visit = (node: ts.Node): void => {
		const comments = [
			...(ts.getLeadingCommentRanges(tree.text, node.getFullStart()) ?? []),
			...(ts.getTrailingCommentRanges(tree.text, node.getEnd()) ?? []),
		];
		for (const { end } of comments) lines.add(lineOf(tree, end));
		node.getChildren(tree).forEach(visit);
	};
	visit(tree);
	return lines;
}

function topFolder(file: string): string {
	return file.slice(0, Math.max(file.indexOf('/'), 0));
}

function lineOf(tree: ts.SourceFile, position: number): number {
	return tree.getLineAndCharacterOfPosition(position).line + 1;
}

if (require.main === module) {
	const faults = findFaults(path.resolve(__dirname, '../nodes'));
	for (const fault of faults) console.error(`nodes/${fault}`);
	process.exitCode = faults.length > 0 ? 1 : 0;
}
