import { randomInt } from 'node:crypto';

import { detectPort } from 'detect-port';

/**
 * A free TCP port that stays free until somebody asks for it, also while a server restarts: it is below those that
 * systems give to outgoing connections.
 */
export async function freePort(): Promise<number> {
	return await detectPort(randomInt(10_000, 30_000));
}
