import type { INodeProperties } from 'n8n-workflow';

import { CARD_LIMITS } from '../../shared/validation/cardFields';
import { InvalidField } from '../../shared/validation/InvalidField';
import { text } from '../../shared/validation/validators';
import type { ItemParameters } from '../execution/ItemParameters';

/** Names an existing card. */
export const businessIdField: INodeProperties = {
	displayName: 'Business ID',
	name: 'bizId',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. order-42',
	description:
		'The business ID (biz_id) that the card was created with. The Create operation gives it in its output.',
};

/** Names a card that is about to be made. */
export const newBusinessIdField: INodeProperties = {
	displayName: 'Business ID',
	name: 'bizId',
	type: 'string',
	default: '',
	placeholder: 'e.g. order-42',
	description: `Your own name for the card, at most ${CARD_LIMITS.bizId} characters, to update or delete it by later. Leave empty to have one made, which the output gives.`,
};

/**
 * Reads the business ID of an existing card.
 *
 * @throws {InvalidField} when it is empty or too long
 */
export function readBusinessId(parameters: ItemParameters): string {
	const bizId = parameters('bizId');
	if (bizId === '' || bizId === undefined || bizId === null) {
		throw new InvalidField('Business ID', 'is empty, but it must say which card is meant');
	}
	text({ maximum: CARD_LIMITS.bizId })(bizId, '', () => 'Business ID');
	return bizId as string;
}
