import { InvalidIdRate } from '../../nodes/shared/delivery/InvalidIdRate';

describe('the size of calls where some IDs may be invalid', () => {
	it('is full as long as nearly all are good', () => {
		const rate = new InvalidIdRate();
		expect(rate.callSize(20)).toBe(20);
		rate.noteAccepted(1_000);
		expect(rate.callSize(20)).toBe(20);
	});

	it('falls with each invalid one, to one', () => {
		const rate = new InvalidIdRate();
		const sizes = [1, 2, 3, 4, 50].map((more) => {
			for (let count = 0; count < more; count++) rate.noteInvalid();
			return rate.callSize(200);
		});
		expect(sizes).toEqual([12, 5, 3, 2, 1]);
	});

	it('is nothing between a half and a full call', () => {
		const rate = new InvalidIdRate();
		rate.noteInvalid();
		expect([23, 24, 25].map((batchSize) => rate.callSize(batchSize))).toEqual([23, 12, 12]);
	});

	it('grows again with those accepted in a row, until the next refusal', () => {
		const rate = new InvalidIdRate();
		for (let count = 0; count < 100; count++) rate.noteInvalid();
		expect(rate.callSize(200)).toBe(1);
		rate.noteAccepted(21);
		rate.noteAccepted(20);
		expect(rate.callSize(200)).toBe(20);
		rate.noteRefused();
		expect(rate.callSize(200)).toBe(1);
	});

	it('is full again after a refusal when many more were accepted than are invalid', () => {
		const rate = new InvalidIdRate();
		rate.noteInvalid();
		expect(rate.callSize(200)).toBe(12);
		rate.noteAccepted(400);
		rate.noteRefused();
		expect(rate.callSize(200)).toBe(200);
	});
});
