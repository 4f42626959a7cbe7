import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { shownWhen } from '../../shared/description/shownWhen';
import { CARD_FIELDS } from '../../shared/validation/cardFields';
import { optionsOf } from '../../shared/validation/formValues';
import { InvalidField } from '../../shared/validation/InvalidField';
import { httpsAddress, keysOf, oneOf, parseField } from '../../shared/validation/validators';
import type { ItemFile, ItemParameters } from '../execution/ItemParameters';
import { addedOptions } from './seldomUsed';
import { binaryField, fileNamedBy } from './picture';

/** A picture that is to be uploaded, so that its key becomes the avatar of a card. */
export type AvatarPicture = { file: ItemFile; url?: undefined } | { file?: undefined; url: string };

/** What reading an item adds to its request when its avatar is a picture. */
export interface WithAvatar {
	avatar?: AvatarPicture;
}

/** The longest address of a picture, in UTF-8 bytes. */
const LONGEST_URL = 2048;

type AvatarSource = 'key' | 'binary' | 'url';

const SOURCES: Record<AvatarSource, Omit<INodePropertyOptions, 'value'>> = {
	key: { name: 'Image Key', description: 'A picture that was uploaded to Feishu before' },
	binary: { name: 'Binary Field', description: 'A picture in a binary field of the item' },
	url: { name: 'URL', description: 'A picture on the web' },
};

const avatarSourceField: INodeProperties = {
	displayName: 'Avatar From',
	name: 'avatarSource',
	type: 'options',
	options: optionsOf(SOURCES),
	default: 'key',
	description:
		'Where the avatar of the card comes from. A picture is uploaded once, however many items have it.',
};

/** Takes the avatar from a binary field of the item. */
const avatarBinaryField: INodeProperties = {
	...binaryField,
	// n8n asks for what is required wherever an expression decides what is shown.
	required: undefined,
	displayName: 'Avatar Binary Field',
	name: 'avatarBinaryProperty',
};

/** Takes the avatar from the web. */
export const avatarUrlField: INodeProperties = {
	displayName: 'Avatar URL',
	name: 'avatarUrl',
	type: 'string',
	default: '',
	placeholder: 'e.g. https://example.com/logo.png',
	description: `The address of a picture. Must begin with https://. ${binaryField.description}`,
};

/** Takes the avatar from a picture that Feishu has. */
const avatarKeyField: INodeProperties = CARD_FIELDS.avatar_key.form;

/** The form for the avatar of a new card where it does not stand among the options. */
export const avatarFields: INodeProperties[] = [
	avatarSourceField,
	...Object.entries({
		key: avatarKeyField,
		binary: avatarBinaryField,
		url: avatarUrlField,
	} satisfies Record<AvatarSource, INodeProperties>).map(([source, field]) =>
		shownWhen(field, { [avatarSourceField.name]: [source] }),
	),
];

/** The fields that take the avatar from a picture instead of a key. */
export const pictureFields: readonly INodeProperties[] = [avatarBinaryField, avatarUrlField];
/** The fields of which a collection may have one, each of which names the avatar. */
export const avatarOptions: readonly INodeProperties[] = [avatarKeyField, ...pictureFields];

/**
 * Reads the picture that somebody added to a collection as the avatar; nothing when it is not a picture.
 *
 * @param added what the collection holds, by parameter
 * @param field what messages call the collection
 * @throws {InvalidField} for two avatars, and for a picture that cannot be had
 */
export function readAddedPicture(
	parameters: ItemParameters,
	added: Readonly<Record<string, unknown>>,
	field: string,
): AvatarPicture | undefined {
	const given = avatarOptions.filter(({ name }) => name in added);
	if (given.length > 1) {
		const names = given.map(({ displayName }) => displayName).join(' and ');
		throw new InvalidField(field, `has ${names}, but a card has one avatar: keep one of them`);
	}
	const picture = pictureFields.find(({ name }) => name in added);
	// An expression that gives nothing is refused: what was asked for is a picture.
	return picture && pictureOf(parameters, picture, added[picture.name] ?? null);
}

/**
 * Reads the picture that a new card is to have, from the form in version 1, from the options since; nothing when it
 * has an image key, or no avatar of its own.
 *
 * @throws {InvalidField} for a picture that cannot be had
 */
export function readAvatar(parameters: ItemParameters): AvatarPicture | undefined {
	if (parameters.typeVersion !== 1) {
		return readAddedPicture(parameters, addedOptions(parameters), 'Options');
	}
	const source = parseField(
		oneOf(keysOf(SOURCES)),
		parameters(avatarSourceField.name) ?? 'key',
		avatarSourceField.displayName,
	);
	switch (source) {
		case 'key':
			return undefined;
		case 'binary':
			return pictureOf(parameters, avatarBinaryField);
		case 'url':
			return pictureOf(parameters, avatarUrlField);
	}
}

/**
 * Reads the picture that one of the two fields names.
 *
 * @param value what the field holds
 * @throws {InvalidField} for a picture that cannot be had
 */
function pictureOf(
	parameters: ItemParameters,
	field: INodeProperties,
	value = parameters(field.name),
): AvatarPicture {
	return field === avatarUrlField
		? { url: parseField(httpsAddress({ maximum: LONGEST_URL }), value, field.displayName) }
		: { file: fileNamedBy(parameters, field, value) };
}
