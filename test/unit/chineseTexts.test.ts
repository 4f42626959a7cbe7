import { ChineseTranslation } from '../../scripts/documentation/translation';

describe('the Chinese of the forms', () => {
	const table = { Recipients: '接收人', 'Open ID': '', 'Up to 2 buttons': '最多 2 个按钮' };

	it('says texts in Chinese, and adds to names what they mean', () => {
		const chinese = new ChineseTranslation(table);
		expect(chinese.text('Up to 2 buttons')).toBe('最多 2 个按钮');
		expect(chinese.gloss('Recipients')).toBe('接收人');
		expect(chinese.gloss('Open ID')).toBe('');
		expect(chinese.gloss('Pin to Top (即时提醒)')).toBe('');
		expect(chinese.faults()).toEqual([]);
	});

	it('lists what is missing and what nothing asks for', () => {
		const chinese = new ChineseTranslation(table);
		expect(chinese.text('Up to 3 buttons')).toBe('Up to 3 buttons');
		chinese.text('Up to 3 buttons');
		chinese.gloss('Recipients');
		expect(chinese.faults()).toEqual([
			'No Chinese for: "Up to 3 buttons"',
			'Chinese that nothing asks for: "Open ID"',
			'Chinese that nothing asks for: "Up to 2 buttons"',
		]);
	});
});
