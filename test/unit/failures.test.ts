import { STOPPED, isOutcomeUnknown, sentenceOf } from '../../nodes/shared/api/failures';
import type { Failure, FailureKind } from '../../nodes/shared/api/failures';

const refused: Failure = { kind: 'refused', reason: 'Feishu answered "no"' };

describe('the sentence of a failure', () => {
	it.each<[Failure, string]>([
		[refused, 'Feishu answered "no"'],
		[{ ...refused, code: 230001 }, 'Feishu answered "no" (code 230001)'],
		[{ ...refused, code: '4', logId: 'log-1' }, 'Feishu answered "no" (code 4, log ID log-1)'],
		[{ ...refused, logId: 'log-1' }, 'Feishu answered "no" (log ID log-1)'],
		[{ ...refused, advice: 'try later' }, 'Feishu answered "no": try later'],
		[{ ...refused, code: 0, advice: 'try later' }, 'Feishu answered "no" (code 0): try later'],
		[
			{ kind: 'noToken', reason: 'no token (code 10014)', code: 10014, logId: 'log-1' },
			'no token (code 10014) (log ID log-1)',
		],
		[{ kind: 'noToken', reason: 'no token (code 10014)', code: 10014 }, 'no token (code 10014)'],
	])('%#', (failure, sentence) => expect(sentenceOf(failure)).toBe(sentence));
});

it('nobody knows what became of a call without an answer of Feishu’s', () => {
	const kinds: FailureKind[] = [
		...(['refused', 'invalidIds', 'appRefused', 'token', 'noToken'] as const),
		...(['rateLimited', 'unavailable', 'unanswered', 'uncertain'] as const),
	];
	const unknown = kinds.filter((kind) => isOutcomeUnknown({ kind, reason: '' }));
	expect(unknown).toEqual(['unavailable', 'unanswered']);
	expect(isOutcomeUnknown(STOPPED)).toBe(false);
});
