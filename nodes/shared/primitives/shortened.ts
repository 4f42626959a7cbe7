/** Text of at most `maximum` characters (Unicode code points), the last of them an ellipsis when some are left out. */
export function shortened(text: string, maximum: number): string {
	const characters = Array.from(text);
	return characters.length <= maximum ? text : `${characters.slice(0, maximum - 1).join('')}…`;
}
