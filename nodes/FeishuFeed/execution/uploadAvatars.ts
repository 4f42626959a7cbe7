import { NodeOperationError } from 'n8n-workflow';
import type { IExecuteFunctions } from 'n8n-workflow';

import { downloadFile } from '../../shared/api/downloadFile';
import { sentenceOf } from '../../shared/api/failures';
import type { AppFeedCard } from '../../shared/api/payloads';
import type { DeliveryOptions } from '../../shared/delivery/DeliveryOptions';
import { openCalls } from '../../shared/delivery/openCalls';
import type { Run } from '../../shared/delivery/openRun';
import { uploadOnce } from '../../shared/delivery/uploadImage';
import type { Image, UploadResult } from '../../shared/delivery/uploadImage';
import { forEachAtOnce } from '../../shared/primitives/forEachAtOnce';
import { IMAGE_LIMITS } from '../../shared/validation/images';
import { InvalidField } from '../../shared/validation/InvalidField';
import { avatarUrlField } from '../fields/avatar';
import type { AvatarPicture, WithAvatar } from '../fields/avatar';
import { imageOf, readPicture } from '../fields/picture';

/**
 * Uploads the pictures that the items' cards are to have, and gives the cards their keys. All pictures are had and
 * checked before the first upload, each file and each address once, and pictures with the same content are uploaded
 * once.
 *
 * @param withKey gives an item with the key of its avatar
 * @param run what the uploads share with the other calls of the execution
 * @returns the items; one whose picture is refused, or cannot be had or uploaded, gives its error, if items may fail
 * @throws {NodeOperationError} for the first such item otherwise
 */
export async function uploadAvatars<Read extends WithAvatar>(
	context: IExecuteFunctions,
	items: Array<Read | NodeOperationError>,
	withKey: (read: Read, avatarKey: string) => Read,
	delivery: DeliveryOptions,
	run: Run,
): Promise<Array<Read | NodeOperationError>> {
	const avatars = new Map<number, AvatarPicture>();
	for (const [item, read] of items.entries()) {
		if (!(read instanceof NodeOperationError) && read.avatar) avatars.set(item, read.avatar);
	}
	if (avatars.size === 0) return items;
	const problems = new Map<number, NodeOperationError>();
	const mayFail = context.continueOnFail();
	/** Notes that items failed; the first of them ends the node, unless items may fail. */
	const failItems = (failed: Array<[item: number, error: Error | string]>): void => {
		for (const [item, error] of failed) {
			const problem = new NodeOperationError(context.getNode(), error, { itemIndex: item });
			if (!mayFail) throw problem;
			problems.set(item, problem);
		}
	};

	const { callsAtOnce } = delivery;
	const pictures = await getPictures(context, [...avatars.values()], callsAtOnce, mayFail);
	const images = new Map<number, Image>();
	const refused: Array<[number, Error]> = [];
	for (const [item, avatar] of avatars) {
		const picture = pictures.get(keyOf(avatar));
		if (picture?.problem) refused.push([item, picture.problem]);
		else if (picture) images.set(item, picture.image);
	}
	failItems(refused);

	const uploads = await upload(context, [...images.values()], delivery, run, mayFail);
	const notUploaded: Array<[number, string]> = [];
	const keys = new Map<number, string>();
	for (const [item, { hash }] of images) {
		const uploaded = uploads.get(hash);
		if (uploaded?.failure) {
			notUploaded.push([item, `Could not upload the avatar: ${sentenceOf(uploaded.failure)}`]);
		} else if (uploaded !== undefined) keys.set(item, uploaded.imageKey);
	}
	failItems(notUploaded);

	return items.map((read, item) => {
		const key = keys.get(item);
		if (read instanceof NodeOperationError || key === undefined) return problems.get(item) ?? read;
		return withKey(read, key);
	});
}

/** The content of a card with the key of its avatar. */
export function withAvatarKey<Content extends object>(
	content: Content,
	avatarKey: string,
): Content {
	if (!('app_feed_card' in content)) return content;
	const card = content.app_feed_card as AppFeedCard;
	return { ...content, app_feed_card: { ...card, avatar_key: avatarKey } };
}

const keyOf = ({ file, url }: AvatarPicture): string => (file ? file.identity : url);

/** A picture that passed the checks, or why there is none. */
type Picture = { image: Image; problem?: undefined } | { problem: Error };

/** Gets and checks the pictures, each once; by their file or address. */
async function getPictures(
	context: IExecuteFunctions,
	avatars: AvatarPicture[],
	atOnce: number,
	mayFail: boolean,
): Promise<Map<string, Picture>> {
	const wanted = new Map(avatars.map((avatar) => [keyOf(avatar), avatar]));
	const pictures = new Map<string, Picture>();
	await forEachAtOnce([...wanted], atOnce, async ([key, avatar]) => {
		try {
			pictures.set(key, { image: await getPicture(context, avatar) });
			return true;
		} catch (error) {
			pictures.set(key, { problem: error as Error });
			return mayFail;
		}
	});
	return pictures;
}

/** @throws {InvalidField} for a picture that Feishu would refuse, or that cannot be had */
async function getPicture(
	context: IExecuteFunctions,
	{ file, url }: AvatarPicture,
): Promise<Image> {
	if (file) return await readPicture(file);
	const { displayName } = avatarUrlField;
	const download = await downloadFile(context, url, IMAGE_LIMITS.bytes);
	if (download.problem !== undefined) {
		throw new InvalidField(displayName, `could not be fetched: ${download.problem}`);
	}
	const { bytes } = download;
	return imageOf(bytes, `The picture from ${new URL(url).host}`, async () => bytes);
}

/** Uploads each picture once; by its hash, what became of it. */
async function upload(
	context: IExecuteFunctions,
	images: Image[],
	delivery: DeliveryOptions,
	run: Run,
	mayFail: boolean,
): Promise<Map<string, UploadResult>> {
	const uploads = new Map<string, UploadResult>();
	const calls = openCalls(run, context, delivery);
	const different = new Map(images.map((image) => [image.hash, image]));
	try {
		await forEachAtOnce([...different.values()], delivery.callsAtOnce, async (image) => {
			const uploaded = await uploadOnce(calls.call, run.client.rateLimitScope, image, 'avatar');
			uploads.set(image.hash, uploaded);
			return mayFail || uploaded.failure === undefined;
		});
	} finally {
		calls.release();
	}
	return uploads;
}
