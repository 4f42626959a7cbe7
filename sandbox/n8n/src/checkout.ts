import { join, resolve } from 'node:path';

/** The checkout's root: where the published package's own `package.json` stands. */
export const checkoutFolder = resolve(__dirname, '..', '..', '..');

/** The folder whose `package.json` pins n8n and the Node that it runs on. */
export const n8nFolder = join(checkoutFolder, 'sandbox', 'n8n');

/** The `node` that n8n runs on: n8n wants Node 24, whatever the user has. */
export const nodeOfN8n = join(n8nFolder, 'node_modules', 'node', 'bin', 'node');

/** The script that `n8n` on a command line runs. */
export const n8nScript = join(n8nFolder, 'node_modules', 'n8n', 'bin', 'n8n');

/** Where `npm start` keeps its n8n's data: git-ignored, and safe to delete. */
export const defaultUserFolder = join(checkoutFolder, '.n8n-home');
