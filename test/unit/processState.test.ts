import { processState, resetProcessState } from '../../nodes/shared/primitives/processState';

describe('state of the process', () => {
	it('stays until it is reset, each holder with its own', () => {
		const names = processState(() => new Map<string, number>());
		const others = processState(() => new Map<string, number>());
		names.current.set('a', 1);
		expect([names.current.get('a'), others.current.size]).toEqual([1, 0]);
		resetProcessState();
		expect(names.current.size).toBe(0);
		names.current.set('b', 2);
		expect([...names.current.keys()]).toEqual(['b']);
	});
});
