import type { INodeProperties } from 'n8n-workflow';

import { UPDATE_APP_FEED_CARDS } from '../../../shared/api/endpoints';
import type { UpdateCardContent, UpdateField } from '../../../shared/api/payloads';
import {
	CARD_FIELDS,
	CARD_ROWS,
	cardFieldName,
	parsePartOfCard,
} from '../../../shared/validation/cardFields';
import { collection } from '../../../shared/validation/formValues';
import { InvalidField, shown } from '../../../shared/validation/InvalidField';
import {
	NOTIFY_AGAIN,
	attentionOptions,
	readAttention,
	refuseSilentNotification,
} from '../../fields/attention';
import { businessIdField, readBusinessId } from '../../fields/businessId';
import { readRecipients, recipientFields } from '../../fields/recipients';
import { pictureFields, readAddedPicture } from '../../fields/avatar';
import type { WithAvatar } from '../../fields/avatar';
import type { ItemParameters } from '../../execution/ItemParameters';
import type { SendOperation } from '../../Operation';

const FIELD = 'Fields to Update';

const byDisplayName = (one: INodeProperties, another: INodeProperties): number =>
	one.displayName.localeCompare(another.displayName);

/** The fields that an update changes, by the name of their parameter, in the order of the form. */
const CHANGES = new Map(
	CARD_ROWS.flatMap(([name, { form, update, fromForm }]) =>
		update ? [[form.name, { name, form, update, fromForm }] as const] : [],
	).sort(([, { form: one }], [, { form: another }]) => byDisplayName(one, another)),
);

const clearable = [...CHANGES.values()]
	.filter(({ update }) => update.clearable)
	.map(({ form }) => form.displayName);

const fieldsToUpdate: INodeProperties = {
	displayName: FIELD,
	name: 'updateFields',
	type: 'collection',
	placeholder: 'Add Field',
	default: {},
	description: `Only the fields added here change. These are cleared when they are left empty: ${clearable.join(', ')}.`,
	options: [...[...CHANGES.values()].map(({ form }) => form), ...pictureFields].sort(byDisplayName),
};

/** Feishu: im-v2/app_feed_card-batch/update */
export const update: SendOperation = {
	kind: 'send',
	option: {
		name: 'Update',
		value: 'update',
		action: 'Update card',
		description: "Change, pin or unpin a card in people's message lists",
	},
	fields: [businessIdField, ...recipientFields, fieldsToUpdate],
	options: [...attentionOptions, CARD_FIELDS.notify.form],
	endpoint: UPDATE_APP_FEED_CARDS,
	read: (parameters) => {
		const bizId = readBusinessId(parameters);
		return {
			...readRecipients(parameters),
			...readChanges(parameters, bizId),
			target: bizId,
			names: { biz_id: bizId },
		};
	},
};

/** What an update changes. The picture that may be in it is still to be uploaded. */
interface ReadChanges extends WithAvatar {
	content: UpdateCardContent;
}

function readChanges(parameters: ItemParameters, bizId: string): ReadChanges {
	const options = collection(parameters('options'), 'Options');
	const attention = readAttention(parameters);
	const fields = collection(parameters('updateFields'), FIELD);
	const added = Object.entries(fields);
	const avatar = readAddedPicture(parameters, fields, FIELD);
	const changes = added
		.filter(([parameter]) => !pictureFields.some(({ name }) => name === parameter))
		.map(([parameter, value]): Change => readChange(parameter, value));
	if (added.length + attention.length === 0) {
		throw new InvalidField(FIELD, 'is empty, but an update needs at least one field');
	}
	const card = {
		biz_id: bizId,
		...Object.fromEntries(changes.map(({ name, value }) => [name, value])),
		notify: CARD_FIELDS.notify.fromForm(options.notify ?? ''),
	};
	const parsed = parsePartOfCard(card, '', cardFieldName);
	const { notify } = parsed;
	if (notify?.custom_sound_text && !attention.includes(NOTIFY_AGAIN)) {
		throw new InvalidField(
			CARD_FIELDS.notify.label('.custom_sound_text'),
			'is spoken only when the recipients are notified: add the option Notify Again, or remove the text',
		);
	}
	refuseSilentNotification(notify, attention);
	const codes = changes.map(({ code }) => code);
	if (avatar) codes.push(CARD_FIELDS.avatar_key.update.code);
	return {
		avatar,
		content: { app_feed_card: parsed, update_fields: [...codes, ...attention] },
	};
}

interface Change {
	name: string;
	code: UpdateField;
	/** Absent when the update clears the field. */
	value: unknown;
}

function readChange(parameter: string, value: unknown): Change {
	const change = CHANGES.get(parameter);
	if (change === undefined) {
		throw new InvalidField(
			FIELD,
			`has the unknown field ${shown(parameter)}; known are ${[...CHANGES.keys(), ...pictureFields.map(({ name }) => name)].join(', ')}`,
		);
	}
	const { name, update, fromForm } = change;
	// An expression that gives nothing is a mistake, not a wish to clear: the parser refuses null.
	const given = fromForm(value ?? null);
	if (given === undefined || update.isCleared?.(given)) {
		return { name, code: update.code, value: update.clearable ? undefined : null };
	}
	return { name, code: update.code, value: given };
}
