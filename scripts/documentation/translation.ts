import type { Language } from './limits';

/** How the texts of forms, which are in English, are told in the language of a page. */
export interface Translation {
	readonly language: Language;
	/** A sentence or more: what a form says of a field. */
	text(english: string): string;
	/** What to add to a name that is on screen, for those who do not read it; nothing where it needs no explanation. */
	gloss(name: string): string;
}

/** Texts and names as they are. */
export const ENGLISH: Translation = { language: 'en', text: (english) => english, gloss: () => '' };

/** Texts and names in Chinese, from a table by the English, which notes what is missing in it and what nothing asks for. */
export class ChineseTranslation implements Translation {
	readonly language = 'zh-CN';

	private readonly used = new Set<string>();

	private readonly missed = new Set<string>();

	/** @param table the Chinese by the English; empty for a name that needs no explanation */
	constructor(private readonly table: Readonly<Record<string, string>>) {}

	text(english: string): string {
		return this.find(english) || english;
	}

	gloss(name: string): string {
		// A name that holds its own Chinese word explains itself.
		return /\p{Script=Han}/u.test(name) ? '' : this.find(name);
	}

	/** What is wrong with the table, once all has been translated: a line for each text. */
	faults(): string[] {
		const unused = Object.keys(this.table).filter((english) => !this.used.has(english));
		return [
			...[...this.missed].map((english) => `No Chinese for: ${JSON.stringify(english)}`),
			...unused.map((english) => `Chinese that nothing asks for: ${JSON.stringify(english)}`),
		];
	}

	private find(english: string): string {
		if (!Object.hasOwn(this.table, english)) {
			this.missed.add(english);
			return '';
		}
		this.used.add(english);
		return this.table[english] ?? '';
	}
}
