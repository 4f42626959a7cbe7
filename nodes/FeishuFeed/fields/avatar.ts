import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { optionsOf } from '../../shared/validation/formValues';
import { httpsAddress, keysOf, oneOf, parseField } from '../../shared/validation/validators';
import type { ItemFile, ItemParameters } from '../execution/ItemParameters';
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
export const avatarBinaryField: INodeProperties = {
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

/**
 * The form for the avatar of a new card.
 *
 * @param keyField the field for an image key
 */
export function avatarFields(keyField: INodeProperties): INodeProperties[] {
	const shownFor = (field: INodeProperties, source: AvatarSource): INodeProperties => ({
		...field,
		displayOptions: { show: { [avatarSourceField.name]: [source] } },
	});
	return [
		avatarSourceField,
		shownFor(keyField, 'key'),
		shownFor(avatarBinaryField, 'binary'),
		shownFor(avatarUrlField, 'url'),
	];
}

/**
 * Reads the picture that a new card is to have; nothing when it has an image key, or no avatar of its own.
 *
 * @throws {InvalidField} for a picture that cannot be had
 */
export function readAvatar(parameters: ItemParameters): AvatarPicture | undefined {
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
export function pictureOf(
	parameters: ItemParameters,
	field: INodeProperties,
	value = parameters(field.name),
): AvatarPicture {
	return field === avatarUrlField
		? { url: parseField(httpsAddress({ maximum: LONGEST_URL }), value, field.displayName) }
		: { file: fileNamedBy(parameters, field, value) };
}
