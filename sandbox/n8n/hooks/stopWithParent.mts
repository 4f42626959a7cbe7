/**
 * Runs inside n8n, loaded with its external hooks: stops n8n when the process that started it is gone, even one that
 * was killed and could not say goodbye.
 */
function stop(): void {
	process.kill(process.pid, 'SIGTERM');
}

if (process.channel) {
	process.channel.unref();
	if (process.connected) process.once('disconnect', stop);
	else stop();
}

export const n8n = {};
