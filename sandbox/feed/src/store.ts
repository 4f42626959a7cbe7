import { useEffect, useRef, useState } from 'preact/hooks';

/** A value that tells when it changes. */
export interface Store<T> {
	get(): T;
	set(value: T): void;
	/** Returns how to stop listening. */
	subscribe(listener: () => void): () => void;
}

/** A store with its first value. */
export function createStore<T>(value: T): Store<T> {
	const listeners = new Set<() => void>();
	return {
		get: () => value,
		set: (next) => {
			if (Object.is(next, value)) return;
			value = next;
			for (const listener of [...listeners]) listener();
		},
		subscribe: (listener) => {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
	};
}

/** What `select` takes from the store; renders again only when that is another value. */
export function useStore<T, S>(store: Store<T>, select: (value: T) => S): S {
	const selected = select(store.get());
	const latest = useRef({ select, selected });
	latest.current = { select, selected };
	const [, render] = useState(0);
	useEffect(() => {
		const check = () => {
			const { current } = latest;
			if (!Object.is(current.select(store.get()), current.selected)) render((count) => count + 1);
		};
		// It may have changed between the rendering and now.
		check();
		return store.subscribe(check);
	}, [store]);
	return selected;
}
