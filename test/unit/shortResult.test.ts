import { shortResult } from '../../nodes/FeishuFeed/execution/shortResult';

const ids = (count: number) => Array.from({ length: count }, (_, index) => `ou_${index}`);

it('cuts only lists that are long, and counts them', () => {
	expect(shortResult({ biz_id: 'a', succeeded: ids(20), failed: [], skipped: ids(21) })).toEqual({
		biz_id: 'a',
		succeeded: ids(20),
		failed: [],
		skipped: ids(20),
		skipped_count: 21,
	});
});
