import type { INodeProperties } from 'n8n-workflow';

import { UPLOAD_IMAGE } from '../../../shared/api/endpoints';
import { uploadImage } from '../../../shared/delivery/uploadImage';
import type { ImageType } from '../../../shared/delivery/uploadImage';
import { optionsOf } from '../../../shared/validation/formValues';
import { mostPixels } from '../../../shared/validation/images';
import { keysOf, oneOf, parseField } from '../../../shared/validation/validators';
import { binaryField, fileNamedBy, readPicture } from '../../fields/picture';
import type { LookUpOperation } from '../../Operation';

const IMAGE_TYPES: Record<ImageType, { name: string; description: string }> = {
	avatar: {
		name: 'Avatar',
		description: `For the avatar of a card: at most ${mostPixels('avatar')} pixels, a GIF ${mostPixels('gif')}`,
	},
	message: {
		name: 'Message',
		description: `For a message: at most ${mostPixels('message')} pixels, a GIF ${mostPixels('gif')}`,
	},
};

const imageTypeField: INodeProperties = {
	displayName: 'Image Type',
	name: 'imageType',
	type: 'options',
	options: optionsOf(IMAGE_TYPES),
	default: 'avatar',
	description: 'What the picture is for',
};

/** Feishu: im-v1/image/create */
export const upload: LookUpOperation = {
	kind: 'lookUp',
	option: {
		name: 'Upload',
		value: 'upload',
		action: 'Upload image',
		description: 'Upload a picture, and get the image key that cards and messages show it by',
	},
	purpose: 'upload the image',
	fields: [binaryField, imageTypeField],
	endpoints: [UPLOAD_IMAGE],
	read: async (parameters) => {
		const imageType = parseField(
			oneOf(keysOf(IMAGE_TYPES)),
			parameters('imageType'),
			imageTypeField.displayName,
		);
		const image = await readPicture(fileNamedBy(parameters, binaryField));
		return async (call) => {
			const uploaded = await uploadImage(call, image, imageType);
			return uploaded.failure ? uploaded : { found: [{ image_key: uploaded.imageKey }] };
		};
	},
};
