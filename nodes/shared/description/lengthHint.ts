/** What stands under a field that takes text of limited length. @param characters the most that Feishu takes */
export function lengthHint(characters: number): string {
	return `At most ${characters} characters`;
}
