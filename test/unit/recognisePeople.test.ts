import { mobileOf, recognisePeople } from '../../nodes/shared/validation/recognisePeople';

const recognised = (value: unknown) =>
	recognisePeople(value, 'People').map(({ kind, value: found }) => [kind, found]);

describe('an entry is recognised for what it is', () => {
	it.each<[string, string, string]>([
		['ou_7d8a6e6df7621556ce0d21922b676706', 'open_id', 'ou_7d8a6e6df7621556ce0d21922b676706'],
		['on_8ed6aa67826108097d9ee143816345', 'union_id', 'on_8ed6aa67826108097d9ee143816345'],
		['oc_a0553eda9014c201e6969b478895c230', 'chat', 'oc_a0553eda9014c201e6969b478895c230'],
		['od-4e6ac4d14bcd5071a37a39de902c7141', 'department', 'od-4e6ac4d14bcd5071a37a39de902c7141'],
		['e33ggbyz', 'user_id', 'e33ggbyz'],
		['10001', 'user_id', '10001'],
		['wang.li@example.com', 'email', 'wang.li@example.com'],
		['Wang.Li@Example.com', 'email', 'Wang.Li@Example.com'],
		['mailto:wang.li@example.com', 'email', 'wang.li@example.com'],
		['MAILTO:wang.li@example.com?subject=Hi', 'email', 'wang.li@example.com'],
		['Wang Li <wang.li@example.com>', 'email', 'wang.li@example.com'],
		['"Wang, Li" <wang.li@example.com>', 'email', 'wang.li@example.com'],
		['王力 <wang.li@example.com>', 'email', 'wang.li@example.com'],
		['<wang.li@example.com>', 'email', 'wang.li@example.com'],
		['13800138000', 'mobile', '13800138000'],
		['138 0013 8000', 'mobile', '13800138000'],
		['138-0013-8000', 'mobile', '13800138000'],
		['+8613800138000', 'mobile', '13800138000'],
		['+86 138 0013 8000', 'mobile', '13800138000'],
		['(+86) 138-0013-8000', 'mobile', '13800138000'],
		['0086 13800138000', 'mobile', '13800138000'],
		['86 13800138000', 'mobile', '13800138000'],
		['１３８００１３８０００', 'mobile', '13800138000'],
		['＋８６１３８００１３８０００', 'mobile', '13800138000'],
		['+1 (415) 555-2671', 'mobile', '+14155552671'],
		['0044 20 7946 0958', 'mobile', '+442079460958'],
		['+852 9123 4567', 'mobile', '+85291234567'],
		['\u202a+8613800138000\u202c', 'mobile', '13800138000'],
	])('%s', (entry, kind, value) => {
		expect(recognised(entry)).toEqual([[kind, value]]);
		expect(recognised([entry])).toEqual([[kind, value]]);
	});

	it('and keeps how it was given', () => {
		expect(recognisePeople('Wang Li <wang.li@example.com>, +86 138 0013 8000', 'People')).toEqual([
			{ kind: 'email', value: 'wang.li@example.com', given: 'Wang Li <wang.li@example.com>' },
			{ kind: 'mobile', value: '13800138000', given: '+86 138 0013 8000' },
		]);
	});
});

describe('entries', () => {
	const THREE = [
		['email', 'a@example.com'],
		['mobile', '13800138000'],
		['open_id', 'ou_1'],
	];

	it.each<[string, unknown]>([
		['commas', 'a@example.com,13800138000,ou_1'],
		['commas and spaces', ' a@example.com , 138 0013 8000 , ou_1 '],
		['Chinese commas', 'a@example.com，13800138000、ou_1'],
		['semicolons', 'a@example.com; 13800138000；ou_1'],
		['line breaks', 'a@example.com\n13800138000\r\nou_1\n'],
		['spaces', 'a@example.com 13800138000  ou_1'],
		['names', 'A <a@example.com>, +86 138 0013 8000; ou_1'],
		['a list', ['a@example.com', 13800138000, 'ou_1']],
		['a list of lists', [['a@example.com'], '13800138000,ou_1', null, '']],
		['JSON', '["a@example.com", "13800138000", "ou_1"]'],
		['objects', [{ email: 'a@example.com' }, { mobile: 13800138000 }, { open_id: 'ou_1' }]],
		[
			'entries of the output',
			[
				{ recipient: 'a@example.com', reason: 'x' },
				{ recipient: '138 0013 8000', reason: 'x' },
				{ recipient: 'c@example.com', user_id: 'ou_1' },
			],
		],
		[
			'the operator of an event, among others',
			[
				{ email: 'a@example.com' },
				'13800138000',
				{ operator: { open_id: 'ou_1', union_id: 'on_1' } },
			],
		],
	])('are taken from %s', (_, value) => {
		expect(recognised(value)).toEqual(THREE);
	});

	it('with names that have commas are taken apart by the other separators', () => {
		expect(recognised('Wang, Li <a@example.com>; Zhao, An <b@example.com>')).toEqual([
			['email', 'a@example.com'],
			['email', 'b@example.com'],
		]);
		// Nobody who could be an entry of their own is taken for a part of a name.
		expect(recognised('on_1, Li <a@example.com>; b@example.com, Zhao <c@example.com>')).toEqual([
			['union_id', 'on_1'],
			['email', 'a@example.com'],
			['email', 'b@example.com'],
			['email', 'c@example.com'],
		]);
	});

	it('with names that have commas may have spaces and separators around', () => {
		expect(recognised('Wang, Li <a@example.com> ; Zhao, An <b@example.com>;\n \n')).toEqual([
			['email', 'a@example.com'],
			['email', 'b@example.com'],
		]);
		expect(recognised('Li <a@example.com>; ou_1, ou_2')).toEqual([
			['email', 'a@example.com'],
			['open_id', 'ou_1'],
			['open_id', 'ou_2'],
		]);
		expect(recognisePeople('"Wang, Li" <a@example.com>, ou_1', 'People')).toEqual([
			{ kind: 'email', value: 'a@example.com', given: '<a@example.com>' },
			{ kind: 'open_id', value: 'ou_1', given: 'ou_1' },
		]);
	});

	it('are taken from whatever holds the IDs of a person', () => {
		for (const wrapper of ['operator', 'operator_id', 'user_id']) {
			expect(recognised({ [wrapper]: { open_id: 'ou_1' } })).toEqual([['open_id', 'ou_1']]);
		}
		expect(recognised({ member_id: ' ou_1 ' })).toEqual([['open_id', 'ou_1']]);
		expect(recognised({ recipient: 'a@example.com', operator: { open_id: 'ou_2' } })).toEqual([
			['email', 'a@example.com'],
		]);
	});

	it('that are no mobile numbers may look a little like one', () => {
		expect(recognised('a+123')).toEqual([['user_id', 'a+123']]);
		expect(recognised(0)).toEqual([['user_id', '0']]);
	});

	it('under a name are what the name says', () => {
		expect(recognised({ user_id: '13800138000' })).toEqual([['user_id', '13800138000']]);
		expect(recognised({ user_id: 10001 })).toEqual([['user_id', '10001']]);
		expect(recognised({ user_id: 'ou_1' })).toEqual([['open_id', 'ou_1']]);
		expect(recognised({ email: 'a@example.com', open_id: 'ou_1' })).toEqual([['open_id', 'ou_1']]);
	});

	it('may be nobody', () => {
		for (const nobody of [undefined, null, '', ' , ;\n', [], [null, '']]) {
			expect(recognised(nobody)).toEqual([]);
		}
	});
});

describe('what is nothing of it is refused by name', () => {
	it.each<[unknown, RegExp]>([
		['a@', /^People has "a@", which is not a valid e-mail address$/],
		['@example.com', /not a valid e-mail address/],
		['a@example', /not a valid e-mail address/],
		['a@b@example.com', /not a valid e-mail address/],
		['a@example..com', /not a valid e-mail address/],
		['xou_1 ou_2', /has "xou_1 ou_2", which is neither/],
		['a@example.com<x b@example.com', /has "a@example\.com<x b@example\.com", which is not/],
		['+86 abc', /has "\+86 abc", which is neither/],
		[-1, /has the number -1, which is not a valid ID/],
		...['succeeded', 'failed', 'skipped'].map((name): [unknown, RegExp] => [
			{ [name]: [] },
			/give one of its lists, such as/,
		]),
		[`${'a'.repeat(250)}@example.com`, /has an e-mail address of 262 characters, but at most 254/],
		['x'.repeat(129), /has an ID of 129 characters, but at most 128/],
		['张伟', /has "张伟", which is neither an e-mail, nor a mobile number, nor an ID/],
		['Zhang Wei', /has "Zhang Wei", which is neither/],
		['+86 123', /has "\+86 123", which is not a valid mobile number: outside mainland China/],
		['(415) 555-2671', /has "\(415\) 555-2671", which is neither/],
		[{ mobile: '4155552671' }, /has "4155552671", which is not a valid mobile number/],
		[{ email: 'wang' }, /has "wang", which is not a valid e-mail address/],
		['cli_a5f1c0de00000001', /is the ID of an app, not of a person/],
		['undefined', /has the word undefined/],
		['[object Object]', /let the field hold the expression alone/],
		[1.5, /has the number 1\.5/],
		[1e20, /too large to be exact/],
		[true, /must be a list of e-mails, mobile numbers or IDs, but one is the boolean true/],
		[{ name: 'Wang' }, /is an object without any of them: give the e-mail/],
		[{ succeeded: [], failed: [] }, /give one of its lists, such as \{\{ \$json\.failed \}\}/],
		[['a@example.com', { email: ['b'] }], /has an object whose email is a list/],
	])('%j', (value, message) => {
		expect(() => recognised(value)).toThrow(message);
	});
});

it('an address and an ID may be as long as Feishu takes them', () => {
	const address = `${'a'.repeat(242)}@example.com`;
	expect(recognised([address, 'x'.repeat(128)])).toEqual([
		['email', address],
		['user_id', 'x'.repeat(128)],
	]);
});

describe('mobileOf', () => {
	it('takes spaces around the number', () => expect(mobileOf(' 13800138000 ')).toBe('13800138000'));

	it.each([
		...['-13800138000', '138001380001', 'x13800138000', '13800138000x'],
		...['', 'a', '+', '+0123456789', '123', '1380013800', '+123456789012345678'],
		...[undefined, {}],
	])('gives nothing for %j', (value) => expect(mobileOf(value)).toBeUndefined());
});
