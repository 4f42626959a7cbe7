import type { INodeProperties } from 'n8n-workflow';

import { UPDATE_APP_FEED_CARDS } from '../../../shared/api/endpoints';
import { checkPartOfCard } from '../../../shared/validation/cardFields';
import { InvalidField, shown } from '../../../shared/validation/InvalidField';
import type { AppFeedCard, UpdateCardContent, UpdateField } from '../../../shared/api/payloads';
import { attentionOptions, readAttention } from '../../fields/attention';
import { buttonsField, readButtons } from '../../fields/buttons';
import { businessIdField, readBusinessId } from '../../fields/businessId';
import {
	avatarKeyField,
	cardFieldName,
	linkField,
	notificationField,
	pinnedField,
	previewField,
	readNotification,
	readStatusLabel,
	statusLabelField,
	titleField,
} from '../../fields/cardContent';
import { readRecipients, recipientFields } from '../../fields/recipients';
import { collection } from '../../execution/ItemParameters';
import type { ItemParameters } from '../../execution/ItemParameters';
import type { SendOperation } from '../../Operation';

const FIELD = 'Fields to Update';

/** What each field that the user may add stands for; an empty value is absent, which clears it. */
const FIELDS: Record<
	string,
	{ field: UpdateField; read: (value: unknown) => Partial<AppFeedCard> }
> = {
	title: { field: '1', read: (title) => absentIfEmpty({ title }) },
	avatarKey: { field: '2', read: (value) => absentIfEmpty({ avatar_key: value }) },
	preview: { field: '3', read: (preview) => absentIfEmpty({ preview }) },
	statusLabel: { field: '10', read: readLabelToSet },
	buttons: { field: '11', read: readButtonsToSet },
	link: { field: '12', read: (link) => ({ link: { link: link as string } }) },
	timeSensitive: { field: '13', read: (value) => ({ time_sensitive: (value ?? null) as boolean }) },
};

const fieldsToUpdate: INodeProperties = {
	displayName: FIELD,
	name: 'updateFields',
	type: 'collection',
	placeholder: 'Add Field',
	default: {},
	description:
		'Only the fields added here change. An empty title, preview, avatar key, status label or list of buttons is cleared.',
	options: [
		avatarKeyField,
		buttonsField,
		linkField,
		pinnedField,
		previewField,
		statusLabelField,
		titleField,
	],
};

/** Feishu: im-v2/app_feed_card-batch/update */
export const update: SendOperation = {
	kind: 'send',
	option: {
		name: 'Update',
		value: 'update',
		action: 'Update a card',
		description: 'Change, pin or unpin a card of some people',
	},
	fields: [businessIdField, ...recipientFields, fieldsToUpdate],
	options: [...attentionOptions, notificationField],
	endpoint: UPDATE_APP_FEED_CARDS,
	read: (parameters) => {
		const bizId = readBusinessId(parameters);
		const content = readChanges(parameters, bizId);
		return {
			...readRecipients(parameters),
			content,
			target: bizId,
			names: { biz_id: bizId },
		};
	},
};

function readChanges(parameters: ItemParameters, bizId: string): UpdateCardContent {
	const added = Object.entries(collection(parameters('updateFields'), FIELD));
	const unknown = added.find(([name]) => !Object.hasOwn(FIELDS, name));
	if (unknown) throw new InvalidField(FIELD, `has the unknown field ${shown(unknown[0])}`);
	const attention = readAttention(parameters);
	if (added.length + attention.length === 0) {
		throw new InvalidField(FIELD, 'is empty, but an update needs at least one field');
	}
	const notify = readNotification(collection(parameters('options'), 'Options').notify);
	const card: AppFeedCard = Object.assign(
		{ biz_id: bizId },
		...added.map(([name, value]) => FIELDS[name].read(value)),
		notify && { notify },
	);
	checkPartOfCard(card, cardFieldName);
	return {
		app_feed_card: card,
		update_fields: [...added.map(([name]) => FIELDS[name].field), ...attention],
	};
}

/** An expression that gives nothing is a mistake, not a wish to clear: the rules refuse it. */
function absentIfEmpty(field: Record<string, unknown>): Partial<AppFeedCard> {
	const [[name, value]] = Object.entries(field);
	if (value === '') return {};
	return { [name]: value ?? null };
}

function readLabelToSet(value: unknown): Partial<AppFeedCard> {
	const label = readStatusLabel(value);
	return label === undefined || (label.text as string) === '' ? {} : { status_label: label };
}

function readButtonsToSet(value: unknown): Partial<AppFeedCard> {
	const buttons = readButtons(value);
	return buttons.buttons.length > 0 ? { buttons } : {};
}
