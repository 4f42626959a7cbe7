import { NodeHelpers } from 'n8n-workflow';
import type { INode, INodeParameters, INodeProperties } from 'n8n-workflow';

import { chatField, readChatId, recipientChatField } from '../../nodes/FeishuFeed/fields/chat';
import { readDepartment, recipientDepartmentField } from '../../nodes/FeishuFeed/fields/department';
import { readPeople } from '../../nodes/FeishuFeed/fields/person';
import { FeishuFeed } from '../../nodes/FeishuFeed/FeishuFeed.node';

const ID = 'oc_41e7bdf4877cfc316136f4ccf6c32613';
const holding = (value: unknown) => () => value;

/** What n8n says of a field of the form before it executes the node. */
function issuesOf(field: INodeProperties, mode: string, value: string): string[] {
	const parameters = { [field.name]: { __rl: true, mode, value } } as INodeParameters;
	const node = { typeVersion: 1.1, parameters } as INode;
	const { description } = new FeishuFeed();
	const issues = NodeHelpers.getParameterIssues(field, parameters, '', node, description);
	return issues.parameters?.[field.name] ?? [];
}

const LINKS_TO_CHATS = [
	`https://applink.feishu.cn/client/chat/open?openChatId=${ID}`,
	`https://applink.larksuite.com/client/chat/open?openChatId=${ID}`,
	`  https://applink.feishu.cn/client/chat/open?openChatId=${ID}&position=4\n`,
	`https://applink.feishu.cn/client/chat/open?from=mail&chatId=${ID}#top`,
	`https://applink.feishu.cn/client/chat/open?chat_id=${ID}`,
	`lark://applink.feishu.cn/client/chat/open?open_chat_id=${ID}`,
];
const SHARE_LINKS = [
	'https://applink.feishu.cn/client/chat/chatter/add_by_link?link_token=3f2k1-oc_1',
	'https://applink.larksuite.com/client/chat/chatter/add_by_link?link_token=3f2k1',
	'https://applink.feishu.cn/client/message/link/open?token=AmQ_DQ%3D%3D',
];

describe('the chat of the form', () => {
	it.each([ID, ` ${ID}\t`, ...LINKS_TO_CHATS])('is read from %j', (text) => {
		expect(readChatId(holding(text))).toBe(ID);
		expect(readChatId(holding(text), recipientChatField)).toBe(ID);
		for (const field of [chatField, recipientChatField]) {
			expect(['id', 'url'].flatMap((mode) => issuesOf(field, mode, text))).toEqual([]);
		}
	});

	it.each(SHARE_LINKS)('is not in %s, which says so', (link) => {
		expect(() => readChatId(holding(link))).toThrow(
			'Chat is a link for sharing, which does not hold the ID of the chat: choose the chat from the list, or give its ID',
		);
		expect(issuesOf(chatField, 'url', link)).toEqual([
			expect.stringMatching(/link for sharing does not hold the ID of the chat/),
		]);
		expect(issuesOf(chatField, 'id', link)).toEqual(['A chat ID begins with oc_']);
	});

	it.each([
		['', 'Members of Chat is empty, but it must say which chat is meant'],
		[undefined, 'Members of Chat is empty, but it must say which chat is meant'],
		[17, 'Members of Chat must be a chat ID, but is the number 17'],
		['ou_1', 'Members of Chat must be a chat ID that begins with oc_, but is "ou_1"'],
		['oc_1 oc_2', 'Members of Chat must be a chat ID that begins with oc_, but is "oc_1 oc_2"'],
		[
			'https://applink.feishu.cn/client/chat/open?openChatId=7',
			'Members of Chat must be a chat ID that begins with oc_, but is "https://applink.feishu.cn/client/chat/open?openChatId=7"',
		],
		[
			'https://applink.feishu.cn/client/chat/open?openId=ou_1',
			'Members of Chat must be a chat, but "https://applink.feishu.cn/client/chat/open?openId=ou_1" is a link to a person',
		],
		[
			'https://example.com/',
			'Members of Chat is a link that does not hold the ID of the chat: choose the chat from the list, or give its ID',
		],
	])('is refused when it is %j', (value, message) => {
		expect(() => readChatId(holding(value), recipientChatField)).toThrow(message);
	});
});

describe('the department of the form', () => {
	it.each([
		['od-4e6ac4d14bcd5071a37a39de902c7141', 'open_department_id'],
		[' od-4e6ac4d14bcd5071a37a39de902c7141\n', 'open_department_id'],
		['0', 'open_department_id'],
		['D001', 'department_id'],
		['4711', 'department_id'],
		['sales_north.2', 'department_id'],
	])('%j is of the kind %s', (id, idType) => {
		expect(readDepartment(holding(id))).toEqual({ id: id.trim(), idType });
		expect(issuesOf(recipientDepartmentField, 'id', id)).toEqual([]);
	});

	it.each([
		[0, { id: '0', idType: 'open_department_id' }],
		[4711, { id: '4711', idType: 'department_id' }],
	])('is read from the number %d', (value, department) => {
		expect(readDepartment(holding(value))).toEqual(department);
	});

	it.each([
		['', 'is empty, but it must say which department is meant'],
		[null, 'is empty, but it must say which department is meant'],
		[true, 'must be a department ID, but is the boolean true'],
		[{ id: 'od-1' }, 'must be a department ID, but is an object'],
		['oc_1', 'must be a department ID, but "oc_1" is the ID of a chat'],
		['ou_1', 'must be a department ID, but "ou_1" is the ID of a person'],
		['a@example.com', 'must be a department ID, but "a@example.com" is an e-mail address'],
		['研发部', 'must be a department ID, but is "研发部"'],
		[-1, 'must be a department ID, but is "-1"'],
		[2 ** 60, 'has the number 1152921504606847000, which is too large to be exact'],
		[
			'lark://applink.feishu.cn/client/contact/department/view?departmentID=7',
			'must be a department ID, but "lark://applink.feishu.cn/client/contact/department/view?depa…" is a link, which does not hold the ID: choose the department from the list',
		],
	])('is refused when it is %j', (value, problem) => {
		expect(() => readDepartment(holding(value))).toThrow(`Members of Department ${problem}`);
	});
});

describe('the people of the form', () => {
	const locator = (mode: string, value: unknown) => ({ person: { __rl: true, mode, value } });

	it.each([
		['as the form has them', { persons: [locator('list', 'ou_1'), locator('id', ' ou_2 ')] }],
		['one twice', { persons: ['ou_1', 'ou_2', 'ou_1'].map((id) => locator('list', id)) }],
		['as an expression gives them', [{ person: 'ou_1' }, { person: 'ou_2' }]],
	])('are read %s', (_, persons) => {
		expect(readPeople(holding(persons))).toEqual(['ou_1', 'ou_2']);
	});

	it.each([
		[{}, 'People is empty, but at least one person is required'],
		[{ persons: [] }, 'People is empty, but at least one person is required'],
		[
			{ persons: [locator('list', 'ou_1'), locator('list', '')] },
			'Person 2 is empty: choose somebody, or remove it',
		],
		[
			{ persons: [locator('id', 'on_1')] },
			'Person 1 must be an open_id that begins with ou_, but is "on_1"',
		],
		[{ persons: [locator('id', 5)] }, 'Person 1 must be an open_id, but is the number 5'],
		[[{ who: 'ou_1' }], 'People has the unknown field "who"'],
		['ou_1', 'People must be an object, but is the text "ou_1"'],
	])('are refused when they are %j', (persons, message) => {
		expect(() => readPeople(holding(persons))).toThrow(message);
	});
});
