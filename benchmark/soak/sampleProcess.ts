import axios from 'axios';

/** What n8n's process holds at a moment. */
export interface ProcessSample {
	/** Bytes of JavaScript objects, reachable or not. */
	heapUsed: number;
	/** Bytes of memory that the process occupies. */
	resident: number;
	/** What keeps the process busy or alive: sockets, timers, files. */
	activeResources: number;
}

/** Reads n8n's own metrics, for which it needs `N8N_METRICS=true`. @param url n8n's, without a slash at the end */
export async function sampleProcess(url: string): Promise<ProcessSample> {
	const { data } = await axios.get<string>(`${url}/metrics`, { proxy: false });
	const metric = (name: string) => {
		const value = new RegExp(`^n8n_${name} (\\S+)$`, 'm').exec(data)?.[1];
		if (value === undefined) throw new Error(`n8n tells no metric ${name}`);
		return Number(value);
	};
	return {
		heapUsed: metric('nodejs_heap_size_used_bytes'),
		resident: metric('process_resident_memory_bytes'),
		activeResources: metric('nodejs_active_resources_total'),
	};
}
