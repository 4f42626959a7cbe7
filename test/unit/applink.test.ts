import { applinkAppId, checkApplink } from '../../nodes/shared/validation/cardFields';

const card = (link: string) => ({ link: { link } });

describe('the app that a link opens', () => {
	it.each<[string, string | undefined]>([
		['https://applink.feishu.cn/client/mini_program/open?appId=cli_a&mode=window', 'cli_a'],
		['https://applink.larksuite.com/client/web_app/open?mode=appCenter&appId=cli_b', 'cli_b'],
		['https://APPLINK.feishu.cn/client/web_app/open?appId=cli_a', 'cli_a'],
		['https://applink.feishu.cn/client/chat/open?openChatId=oc_a', undefined],
		['https://example.com/?appId=cli_a', undefined],
		['https://applink.feishu.cn.example.com/?appId=cli_a', undefined],
	])('%s', (link, appId) => {
		expect(applinkAppId(card(link))).toBe(appId);
	});

	it('is nothing for an update without a link', () => {
		expect(applinkAppId({ title: 'new' })).toBeUndefined();
	});

	it('must be the one that sends the card', () => {
		const link = 'https://applink.feishu.cn/client/web_app/open?appId=cli_a';
		expect(() => checkApplink(card(link), 'cli_a')).not.toThrow();
		expect(() => checkApplink(card(link), 'cli_b')).toThrow(
			'Link opens the app "cli_a", but Feishu takes only an applink of the app that sends the card, "cli_b"',
		);
	});
});
