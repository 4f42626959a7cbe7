import { createHash } from 'crypto';

import type { INodeProperties } from 'n8n-workflow';

import type { Image } from '../../shared/delivery/uploadImage';
import {
	IMAGE_KINDS,
	IMAGE_LIMITS,
	checkImage,
	checkImageSize,
} from '../../shared/validation/images';
import { InvalidField } from '../../shared/validation/InvalidField';
import type { ItemFile, ItemParameters } from '../execution/ItemParameters';

/** Names the binary field of an item that holds a picture. */
export const binaryField: INodeProperties = {
	displayName: 'Input Binary Field',
	name: 'binaryPropertyName',
	type: 'string',
	required: true,
	default: 'data',
	hint: 'The name of the input binary field containing the picture',
	description: `A picture of at most ${IMAGE_LIMITS.megabytes} MB. Feishu takes ${IMAGE_KINDS.map(({ name }) => name).join(', ')}.`,
};

/**
 * Finds the file that a parameter names, without reading its bytes.
 *
 * @throws {InvalidField} when the item has no such file
 */
export function fileNamedBy(
	parameters: ItemParameters,
	{ name, displayName }: INodeProperties,
	property = parameters(name),
): ItemFile {
	const file = parameters.file?.(property, displayName);
	if (file === undefined) throw new InvalidField(displayName, 'has no files to choose from');
	return file;
}

/**
 * Reads a file of an item and checks it against what Feishu takes. Its bytes are read once more to be uploaded, so
 * that not those of all items are in memory at once.
 *
 * @throws {InvalidField} for a file that Feishu would refuse
 */
export async function readPicture({ description, size, load }: ItemFile): Promise<Image> {
	// A file that is far too large is not even read.
	if (size !== undefined) checkImageSize(size, description);
	return imageOf(await load(), description, load);
}

/**
 * Checks the bytes of a picture.
 *
 * @param description what messages call it
 * @throws {InvalidField} for what Feishu would refuse
 */
export function imageOf(bytes: Buffer, description: string, load: Image['load']): Image {
	const kind = checkImage(bytes, description);
	return { kind, hash: createHash('sha256').update(bytes).digest('hex'), load };
}
