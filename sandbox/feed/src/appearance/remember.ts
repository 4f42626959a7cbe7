/** Keeps a choice for the next visit; one in the address would win over it, and is removed. */
export function remember(key: string, value: string | null, parameter?: string): void {
	try {
		if (value === null) localStorage.removeItem(key);
		else localStorage.setItem(key, value);
	} catch {
		// Storage is switched off: it holds for this visit.
	}
	if (parameter) changeAddress({ [parameter]: null });
}

/** A choice from an earlier visit. */
export function remembered(key: string): string | null {
	try {
		return localStorage.getItem(key);
	} catch {
		return null;
	}
}

/** Sets parameters of the page's address without loading it anew; `null` removes one. */
export function changeAddress(changes: Record<string, string | null>): void {
	const url = new URL(location.href);
	for (const [name, value] of Object.entries(changes)) {
		if (value === null) url.searchParams.delete(name);
		else url.searchParams.set(name, value);
	}
	// Commas between IDs stay readable.
	url.search = url.search.replaceAll('%2C', ',');
	if (url.href !== location.href) history.replaceState(history.state, '', url);
}
