import { measureOneCard } from './card/oneCard';
import type { Options } from './options';
import { measurePresses } from './press/presses';
import { measureProcesses } from './processes/processes';
import { measureRecipients } from './recipients/recipients';
import type { Report, Section } from './section';
import { measureWaits } from './wait/waits';

/** A part of the benchmark, which can run alone. */
interface Part {
	/** For the usage. */
	about: string;
	measure: (options: Options, report: Report) => Promise<Section[]>;
}

export const PART_NAMES = ['card', 'recipients', 'processes', 'press', 'wait'] as const;
export type PartName = (typeof PART_NAMES)[number];

/** All parts, by the names that the command line knows. */
export const PARTS: Record<PartName, Part> = {
	card: {
		about: 'one card to one person, against the HTTP Request node',
		measure: measureOneCard,
	},
	recipients: {
		about: 'one card for many people, against the least node, axios, the SDK and HTTP Request',
		measure: measureRecipients,
	},
	processes: {
		about: "several processes that share one app and Feishu's limit",
		measure: measureProcesses,
	},
	press: {
		about: "from a press to the start of a workflow, against n8n's Webhook node",
		measure: measurePresses,
	},
	wait: {
		about: "from a press to the node after Send and Wait, against n8n's Wait node",
		measure: measureWaits,
	},
};
