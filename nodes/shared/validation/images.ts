import { InvalidField } from './InvalidField';

const MEGABYTES = 10;

/** The limits of an image; the pixels are those of a side. Feishu: im-v1/image/create, `image`. */
export const IMAGE_LIMITS = {
	bytes: MEGABYTES * 1024 * 1024,
	megabytes: MEGABYTES,
	pixels: { avatar: 4096, message: 12_000, gif: 2000 },
} as const;

/** The most pixels of a kind of image, as messages name them. */
export function mostPixels(kind: keyof typeof IMAGE_LIMITS.pixels): string {
	const pixels = IMAGE_LIMITS.pixels[kind];
	return `${pixels} × ${pixels}`;
}

/** A kind of image that Feishu takes. */
export interface ImageKind {
	name: string;
	mediaType: string;
	/** How the names of its files end, without a dot. */
	extension: string;
	/** Says whether the bytes of a file begin as those of this kind do. */
	matches: (bytes: Buffer) => boolean;
}

/** The sizes of a BMP's information header, in bytes. Its two first letters alone may begin any text. */
const BMP_HEADER_SIZES = new Set([12, 16, 40, 52, 56, 64, 108, 124]);

const isAt = (bytes: Buffer, offset: number, expected: string): boolean =>
	bytes.toString('latin1', offset, offset + expected.length) === expected;

/** The kinds of image that Feishu takes, each known by its content. Feishu: im-v1/image/create, `image`. */
export const IMAGE_KINDS: readonly ImageKind[] = [
	{
		name: 'JPEG',
		mediaType: 'image/jpeg',
		extension: 'jpg',
		matches: (bytes) => isAt(bytes, 0, '\xff\xd8\xff'),
	},
	{
		name: 'PNG',
		mediaType: 'image/png',
		extension: 'png',
		matches: (bytes) => isAt(bytes, 0, '\x89PNG\r\n\x1a\n'),
	},
	{
		name: 'WEBP',
		mediaType: 'image/webp',
		extension: 'webp',
		matches: (bytes) => isAt(bytes, 0, 'RIFF') && isAt(bytes, 8, 'WEBP'),
	},
	{
		name: 'GIF',
		mediaType: 'image/gif',
		extension: 'gif',
		matches: (bytes) => isAt(bytes, 0, 'GIF87a') || isAt(bytes, 0, 'GIF89a'),
	},
	{
		name: 'TIFF',
		mediaType: 'image/tiff',
		extension: 'tiff',
		matches: (bytes) => isAt(bytes, 0, 'II*\0') || isAt(bytes, 0, 'MM\0*'),
	},
	{
		name: 'BMP',
		mediaType: 'image/bmp',
		extension: 'bmp',
		matches: (bytes) =>
			isAt(bytes, 0, 'BM') && bytes.length >= 18 && BMP_HEADER_SIZES.has(bytes.readUInt32LE(14)),
	},
	{
		name: 'ICO',
		mediaType: 'image/x-icon',
		extension: 'ico',
		matches: (bytes) =>
			isAt(bytes, 0, '\0\0\x01\0') && bytes.length >= 6 && bytes.readUInt16LE(4) > 0,
	},
];

/** What else people take for an image. */
const OTHER_KINDS: ReadonlyArray<{ name: string; pattern: RegExp }> = [
	{
		name: 'SVG',
		pattern: /^\s*(?:<\?xml\s[^>]*>\s*)?(?:<!doctype\s[^>]*>\s*)?<svg[\s>]/i,
	},
	{ name: 'HTML', pattern: /^\s*<(?:!doctype html|html|head|body)[\s>]/i },
	{ name: 'PDF', pattern: /^%PDF-/ },
	{ name: 'HEIC', pattern: /^[^]{4}ftyp(?:heic|heix|hevc|heim|heis|mif1|msf1)/ },
	{ name: 'AVIF', pattern: /^[^]{4}ftypavi[fs]/ },
];

/** The bytes that are looked at to name what a file is instead of an image. */
const LOOKED_AT = 1024;

/**
 * Checks the size of a file before its bytes are read.
 *
 * @param size in bytes
 * @param whose what messages call the file
 * @throws {InvalidField} when it is empty or too large
 */
export function checkImageSize(size: number, whose: string): void {
	if (size === 0) throw new InvalidField(whose, 'is empty (0 bytes), but must be a picture');
	if (size > IMAGE_LIMITS.bytes) {
		throw new InvalidField(
			whose,
			`has ${size} bytes, but at most ${IMAGE_LIMITS.bytes} (${IMAGE_LIMITS.megabytes} MB) are allowed: make the picture smaller`,
		);
	}
}

/**
 * Checks a picture against what Feishu takes: its size, and its kind by its content, whatever its name says.
 *
 * @param whose what messages call the file
 * @returns its kind
 * @throws {InvalidField} for what Feishu would refuse
 */
export function checkImage(bytes: Buffer, whose: string): ImageKind {
	checkImageSize(bytes.length, whose);
	const kind = IMAGE_KINDS.find(({ matches }) => matches(bytes));
	if (kind !== undefined) return kind;
	const kinds = IMAGE_KINDS.map(({ name }) => name).join(', ');
	throw new InvalidField(
		whose,
		`is ${otherKind(bytes)}, but Feishu takes only ${kinds}: convert the picture to PNG or JPEG`,
	);
}

/** Names what a file holds that is not an image of Feishu's kinds. */
function otherKind(bytes: Buffer): string {
	const begin = bytes.subarray(0, LOOKED_AT);
	const text = begin.toString('latin1').replace(/^\xef\xbb\xbf/, '');
	const withoutComments = text.replace(/<!--[^]*?-->/g, '');
	const other = OTHER_KINDS.find(({ pattern }) => pattern.test(withoutComments));
	if (other !== undefined) return other.name;
	return begin.every((byte) => byte >= 0x20 || [0x09, 0x0a, 0x0d].includes(byte))
		? 'text'
		: 'not a picture';
}
