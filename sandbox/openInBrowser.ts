import { spawn } from 'node:child_process';

/** The command that opens an address in the user's browser; `undefined` where there is no desktop to show it on. */
function browserCommand(): string | undefined {
	const { CI, DISPLAY, WAYLAND_DISPLAY, SSH_CONNECTION } = process.env;
	if (CI || SSH_CONNECTION || !process.stdout.isTTY) return undefined;
	if (process.platform === 'darwin') return 'open';
	return DISPLAY || WAYLAND_DISPLAY ? 'xdg-open' : undefined;
}

/**
 * Opens an address in the user's browser, where there is one: not in CI, over SSH, or without a terminal. Never fails:
 * the address is printed as well.
 */
export function openInBrowser(url: string): void {
	const command = browserCommand();
	if (command === undefined) return;
	const child = spawn(command, [url], { stdio: 'ignore', detached: true });
	child.on('error', () => undefined);
	child.unref();
}
