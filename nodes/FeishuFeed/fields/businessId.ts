import type { INodeProperties } from 'n8n-workflow';

import { CARD_FIELDS } from '../../shared/validation/cardFields';
import { InvalidField } from '../../shared/validation/InvalidField';
import { isEmpty } from '../../shared/validation/formValues';
import { parseField } from '../../shared/validation/validators';
import type { ItemParameters } from '../execution/ItemParameters';

/** Names a card that is about to be made. */
export const newBusinessIdField: INodeProperties = CARD_FIELDS.biz_id.form;

/** Names an existing card. */
export const businessIdField: INodeProperties = {
	...newBusinessIdField,
	required: true,
	description:
		'The business ID (biz_id) that the card was created with. The output of the Create operation has it.',
};

/**
 * Reads the business ID of an existing card.
 *
 * @throws {InvalidField} when it is empty or too long
 */
export function readBusinessId(parameters: ItemParameters): string {
	const bizId = parameters('bizId');
	if (isEmpty(bizId)) {
		throw new InvalidField('Business ID', 'is empty, but it must say which card to change');
	}
	return parseField(CARD_FIELDS.biz_id.parse, CARD_FIELDS.biz_id.fromForm(bizId), 'Business ID');
}
