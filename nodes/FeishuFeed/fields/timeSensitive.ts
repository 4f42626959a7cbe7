import type { INodeProperties } from 'n8n-workflow';

import { parseField, trueOrFalse } from '../../shared/validation/validators';
import type { ItemParameters } from '../execution/ItemParameters';

export const instantReminderField: INodeProperties = {
	displayName: 'Instant Reminder (即时提醒)',
	name: 'timeSensitive',
	type: 'boolean',
	default: true,
	description:
		"Whether the chat stays at the top of the recipients' message lists until you switch this off again",
};

/**
 * Reads whether the reminder is to be on.
 *
 * @throws {InvalidField} when an expression gives something else than true or false
 */
export function readTimeSensitive(parameters: ItemParameters): boolean {
	return parseField(trueOrFalse, parameters('timeSensitive'), 'Instant Reminder');
}
