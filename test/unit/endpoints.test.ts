import { fillPath } from '../../nodes/shared/api/endpoints';

it('puts what stands for a name into a path, as text only', () => {
	const path = '/chats/:chat_id/members/:id';
	expect(fillPath(path, { chat_id: 'oc_1/..?a', id: '7' })).toBe('/chats/oc_1%2F..%3Fa/members/7');
	expect(fillPath(path, { id: '7' })).toBe('/chats//members/7');
});
