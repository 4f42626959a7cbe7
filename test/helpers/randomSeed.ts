import fc from 'fast-check';

/** Where random tests begin to draw. FAST_CHECK_SEED repeats a run. */
export const RANDOM_SEED = Number(
	process.env.FAST_CHECK_SEED ?? Math.floor(Math.random() * 2 ** 31),
);

fc.configureGlobal({ seed: RANDOM_SEED });
