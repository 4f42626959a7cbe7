import { useEffect, useState } from 'preact/hooks';

/** Whether a media query holds now. */
export function useMedia(query: string): boolean {
	const [matches, setMatches] = useState(() => matchMedia(query).matches);
	useEffect(() => {
		const media = matchMedia(query);
		const check = () => setMatches(media.matches);
		check();
		media.addEventListener('change', check);
		return () => media.removeEventListener('change', check);
	}, [query]);
	return matches;
}
