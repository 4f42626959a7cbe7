import type { Logger } from 'n8n-workflow';

import { Progress } from '../../nodes/shared/delivery/Progress';

let messages: string[];
const logger = { info: (message: string) => messages.push(message) } as unknown as Logger;

beforeEach(() => {
	messages = [];
	jest.useFakeTimers();
});

afterEach(() => jest.useRealTimers());

it('tells every few seconds, however often something is done', () => {
	const progress = new Progress(logger, 10_000);
	for (let call = 0; call < 500; call++) {
		jest.advanceTimersByTime(100);
		progress.add(20);
	}
	expect(messages).toEqual(
		Array.from({ length: 10 }, (_, place) => {
			const done = (place + 1) * 1_000;
			return `Feishu Feed: ${done} recipients are done, ${10_000 - done} are left`;
		}),
	);
});

it('says nothing in a short run', () => {
	const progress = new Progress(logger, 40);
	progress.add(20);
	jest.advanceTimersByTime(4_900);
	progress.add(20);
	expect(messages).toEqual([]);
});

it('counts those who are asked for again as left', () => {
	const progress = new Progress(logger, 40);
	progress.add(40);
	progress.takeBack(15);
	jest.advanceTimersByTime(5_000);
	progress.add(5);
	expect(messages).toEqual(['Feishu Feed: 30 recipients are done, 10 are left']);
});

it('tells at a stop who was reached', () => {
	const progress = new Progress(logger, 40);
	progress.add(25);
	progress.stopped(20);
	expect(messages).toEqual(['Feishu Feed was stopped: 20 recipients were reached, 20 were not']);
});
