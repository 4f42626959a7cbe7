/** Who is to be told of each signal. */
const callbacksBySignal = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back when the signal aborts. However many do so, the signal has one listener: n8n gives one signal for a
 * whole execution, and Node warns of a leak from the eleventh listener on.
 *
 * @returns ends it
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
	let callbacks = callbacksBySignal.get(signal);
	if (callbacks === undefined) {
		const added = new Set<() => void>();
		signal.addEventListener('abort', () => added.forEach((call) => call()), { once: true });
		callbacksBySignal.set(signal, (callbacks = added));
	}
	callbacks.add(callback);
	return () => callbacks.delete(callback);
}
