import { idNotTold, keyOfAddress, keyOfMembers } from '../../nodes/shared/delivery/lookUps';
import type { MemberList } from '../../nodes/shared/delivery/lookUps';

it('an e-mail address is the same in capital letters, a mobile number is another kind', () => {
	const email = keyOfAddress({ kind: 'email', value: 'Wang@Example.com' });
	expect(email).toBe(keyOfAddress({ kind: 'email', value: 'wang@example.com' }));
	expect(email).not.toBe(keyOfAddress({ kind: 'mobile', value: 'wang@example.com' }));
	expect(email).not.toBe(keyOfAddress({ kind: 'email', value: 'li@example.com' }));
});

it('lists are the same only with everything that tells their members', () => {
	const department: MemberList = {
		kind: 'department',
		id: '1',
		idType: 'department_id',
		includeSubdepartments: true,
	};
	const lists: MemberList[] = [
		{ kind: 'chat', id: '1' },
		{ kind: 'chat', id: '2' },
		department,
		{ ...department, id: '2' },
		{ ...department, idType: 'open_department_id' },
		{ ...department, includeSubdepartments: false },
	];
	expect(new Set(lists.map(keyOfMembers)).size).toBe(lists.length);
	expect(keyOfMembers({ ...department })).toBe(keyOfMembers(department));
});

it('an ID that Feishu does not tell needs a scope, or that the app sees the person', () => {
	expect(idNotTold('user_id')).toMatchObject({
		kind: 'refused',
		reason: 'Feishu does not tell the user_id of this person',
		advice: expect.stringContaining('contact:user.employee_id:readonly'),
	});
	expect(idNotTold('union_id')).toMatchObject({
		reason: 'Feishu does not tell the union_id of this person',
		advice: 'check that the app may see this person',
	});
});
