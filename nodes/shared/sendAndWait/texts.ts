/** What people see who respond to a card that waits for nobody any more, by language. */
export const CLOSED = {
	zh: '这张卡片已经处理完毕',
	en: 'This has been dealt with already',
} as const;
