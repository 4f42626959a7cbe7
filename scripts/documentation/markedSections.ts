/** What a page's marked sections are filled with, by name. */
export type Sections = Record<string, () => string>;

const SECTION = /(<!-- begin (\S+)[^>]*-->\n)([\s\S]*?)(<!-- end \2 -->)/g;

/**
 * Fills the sections of a page that stand between `<!-- begin name … -->` and `<!-- end name -->`.
 *
 * @throws {Error} when the page has a section that nothing fills, or lacks one
 */
export function fillSections(page: string, sections: Sections): string {
	const missing = new Set(Object.keys(sections));
	const filled = page.replace(SECTION, (_, begin: string, name: string, _old, end: string) => {
		const section = Object.hasOwn(sections, name) ? sections[name] : undefined;
		if (section === undefined) throw new Error(`nothing fills the section "${name}"`);
		missing.delete(name);
		return `${begin}\n${section()}\n\n${end}`;
	});
	if (missing.size > 0) throw new Error(`there is no section "${[...missing].join('", "')}"`);
	return filled;
}
