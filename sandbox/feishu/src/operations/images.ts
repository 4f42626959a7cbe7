import { randomUUID } from 'node:crypto';

import { imageSize } from 'image-size';

import { FeishuError, success } from '../answers';
import { check, compile } from '../validation';
import type { TenantOperation } from './operation';

const MEGABYTE = 1024 * 1024;

/** The most bytes of an image. */
export const MOST_IMAGE_BYTES = 10 * MEGABYTE;

/** The most pixels of a side: of a GIF, of an avatar, of any other (Feishu reference: "Upload images"). */
const MOST_PIXELS = { gif: 2000, avatar: 4096, other: 12_000 };

/** What the bytes of each kind of image are called (Feishu reference: "Upload images"). */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
	jpg: 'image/jpeg',
	png: 'image/png',
	webp: 'image/webp',
	gif: 'image/gif',
	tiff: 'image/tiff',
	bmp: 'image/bmp',
	ico: 'image/x-icon',
};

/** A file of a multipart form. */
export interface UploadedFile {
	filename: string;
	mimetype: string;
	/** Holds at most one byte more than an image may have. */
	bytes: Buffer;
}

/** An image that was uploaded. */
export interface StoredImage {
	app_id: string;
	image_type: 'avatar' | 'message';
	mediaType: string;
	bytes: Buffer;
}

const form = compile<{ image_type: StoredImage['image_type']; image: UploadedFile }>({
	type: 'object',
	required: ['image_type', 'image'],
	properties: {
		image_type: { type: 'string', enum: ['avatar', 'message'] },
		image: { type: 'object' },
	},
});

/** Feishu reference: "Upload images". */
export const uploadImage: TenantOperation = {
	name: 'image.create',
	method: 'POST',
	path: '/open-apis/im/v1/images',
	scopes: ['im:resource', 'im:resource:upload'],
	limit: { perSecond: 50, perMinute: 1000 },
	isMultipart: true,
	perform(call) {
		const { image_type, image } = check(form, call.body, badRequest);
		const { bytes } = image;
		if (bytes.length === 0) throw new FeishuError(400, 234010, "File's size can't be 0.");
		if (bytes.length > MOST_IMAGE_BYTES) {
			throw new FeishuError(400, 234006, 'The file size exceed the max value.');
		}
		const image_key = `img_v3_${randomUUID()}g`;
		const mediaType = recognize(bytes, image_type);
		call.sandbox.images.set(image_key, { app_id: call.app.app_id, image_type, mediaType, bytes });
		return success({ image_key });
	},
};

function badRequest(description: string): FeishuError {
	return new FeishuError(400, 234001, `Invalid request param. ${description}`);
}

/** The media type of an image that Feishu takes. */
function recognize(bytes: Buffer, image_type: StoredImage['image_type']): string {
	const { type = '', width, height } = measure(bytes);
	const mediaType = MEDIA_TYPES[type];
	if (!mediaType) throw notRecognized();
	const most = Math.min(
		type === 'gif' ? MOST_PIXELS.gif : MOST_PIXELS.other,
		image_type === 'avatar' ? MOST_PIXELS.avatar : MOST_PIXELS.other,
	);
	if (Math.max(width, height) > most) {
		throw new FeishuError(400, 234039, 'Image resolution exceeds the limit.');
	}
	return mediaType;
}

function measure(bytes: Buffer) {
	try {
		return imageSize(bytes);
	} catch {
		throw notRecognized();
	}
}

/** Feishu's reference does not print this code, nor that for too many pixels: both are assumed. */
function notRecognized(): FeishuError {
	return new FeishuError(400, 234011, "Can't recognize the image format.");
}
