import type { Resource } from '../Resource';
import { setTimeSensitive } from './setTimeSensitive';

/** The chat of each recipient with the app's bot. */
export const botChat: Resource = {
	option: {
		name: 'Bot Chat',
		value: 'botChat',
		description: "The chat of each recipient with your app's bot",
	},
	operations: [setTimeSensitive],
	first: 'setTimeSensitive',
};
