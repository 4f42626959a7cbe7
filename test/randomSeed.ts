import fc from 'fast-check';

/**
 * Where random tests begin to draw: always at the same place, so that a change is blamed for what it
 * did and not for a draw. To try others, set FAST_CHECK_SEED to a number.
 */
export const RANDOM_SEED = Number(process.env.FAST_CHECK_SEED ?? 20_261_122);

fc.configureGlobal({ seed: RANDOM_SEED });
