import { UPLOAD_IMAGE } from '../api/endpoints';
import type { Failure } from '../api/failures';
import { asText } from '../primitives/json';
import { ExpiringCache } from '../primitives/ExpiringCache';
import { processState } from '../primitives/processState';
import type { ImageKind } from '../validation/images';
import type { CallWithRetries } from './callWithRetries';

/** What an image is for. Feishu: im-v1/image/create, `image_type`. */
export type ImageType = 'avatar' | 'message';

/** A picture that has passed the checks. */
export interface Image {
	kind: ImageKind;
	/** Equal for pictures with the same content. */
	hash: string;
	/** Gives its bytes, which are not kept in memory where n8n keeps them elsewhere. */
	load: () => Promise<Buffer>;
}

/** The key of an image that was uploaded, or why there is none. */
export type UploadResult = { imageKey: string; failure?: undefined } | { failure: Failure };

/**
 * Uploads an image. An upload that is repeated because its response was lost leaves an image that nobody uses.
 * Feishu: im-v1/image/create
 */
export async function uploadImage(
	call: CallWithRetries,
	{ kind, load }: Image,
	imageType: ImageType,
): Promise<UploadResult> {
	const { mediaType, extension } = kind;
	// It was read before, to be checked. n8n may have cleared its files away since.
	const bytes = await load().catch(() => undefined);
	if (bytes === undefined) {
		return { failure: { kind: 'refused', reason: 'n8n does not have the file any more' } };
	}
	const response = await call({
		...UPLOAD_IMAGE,
		form: {
			image_type: imageType,
			// Named after what it is: Feishu shows the name nowhere, and the user's may be wrong.
			image: { name: `image.${extension}`, mediaType, bytes },
		},
	});
	if (response.failure) return response;
	const imageKey = asText(response.data.image_key);
	if (imageKey !== '') return { imageKey };
	const reason = 'Feishu took the picture, but gave no image key';
	return { failure: { kind: 'refused', reason, logId: response.logId } };
}

/**
 * For how long an image is not uploaded again, in milliseconds. Feishu has no call that deletes an image and names no
 * end of its key, but it promises nothing either: should a key become void, that ends within the hour.
 */
const KEPT_FOR_MS = 60 * 60_000;
/** The most keys that are kept. */
const MOST_KEYS = 1_000;

/** The keys of images, by app, image type and content. */
const imageKeys = processState(() => new ExpiringCache<string>(KEPT_FOR_MS, MOST_KEYS));

/**
 * Uploads an image, unless this process has uploaded it for the app a short time ago.
 *
 * @param scope the app and tenant, as `FeishuClient.rateLimitScope` names them
 */
export async function uploadOnce(
	call: CallWithRetries,
	scope: string,
	image: Image,
	imageType: ImageType,
): Promise<UploadResult> {
	const name = [scope, imageType, image.hash].join('\n');
	const known = imageKeys.current.get(name);
	if (known !== undefined) return { imageKey: known };
	const uploaded = await uploadImage(call, image, imageType);
	if (uploaded.failure === undefined) imageKeys.current.set(name, uploaded.imageKey);
	return uploaded;
}
