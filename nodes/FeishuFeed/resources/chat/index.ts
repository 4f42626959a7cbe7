import type { Resource } from '../Resource';
import { getMany } from './getMany';
import { getMembers } from './getMembers';
import { setTimeSensitive } from './setTimeSensitive';
import { updateButtons } from './updateButtons';

/** Groups that the bot is a member of. */
export const chat: Resource = {
	option: { name: 'Chat', value: 'chat', description: 'A group that your bot is a member of' },
	operations: [getMany, getMembers, setTimeSensitive, updateButtons],
	first: 'setTimeSensitive',
};
