/** Who is to be called back by each signal, through its one listener. */
interface Listening {
	callbacks: Set<() => void>;
	listener: () => void;
}

const listeningBySignal = new WeakMap<AbortSignal, Listening>();

/**
 * Calls back when the signal aborts. However many do so, the signal has one listener: n8n gives one signal for a
 * whole execution, and Node warns of a leak from the eleventh listener on.
 *
 * @returns ends it
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
	let listening = listeningBySignal.get(signal);
	if (listening === undefined) {
		const callbacks = new Set<() => void>();
		const listener = () => callbacks.forEach((call) => call());
		signal.addEventListener('abort', listener, { once: true });
		listeningBySignal.set(signal, (listening = { callbacks, listener }));
	}
	const { callbacks, listener } = listening;
	callbacks.add(callback);
	return () => {
		callbacks.delete(callback);
		if (callbacks.size > 0) return;
		signal.removeEventListener('abort', listener);
		listeningBySignal.delete(signal);
	};
}
