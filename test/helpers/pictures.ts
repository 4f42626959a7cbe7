import type { IBinaryData, IBinaryKeyData } from 'n8n-workflow';

const ofHex = (hex: string): Buffer => Buffer.from(hex.replace(/\s/g, ''), 'hex');

/** A picture of one pixel of each kind that Feishu takes: of some, only what tells its kind and size. */
export const PICTURES = {
	jpeg: ofHex(
		'ffd8 ffe0 0010 4a46494600 0101 00 0001 0001 00 00 ffc0 000b 08 0001 0001 01 011100 ffd9',
	),
	png: Buffer.from(
		'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
		'base64',
	),
	webp: Buffer.concat([
		Buffer.from('RIFF\x12\0\0\0WEBPVP8L\x05\0\0\0', 'latin1'),
		ofHex('2f 00000000 00 0000000000000000'),
	]),
	gif: Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64'),
	tiff: ofHex(
		'49492a00 08000000 0200 0001 0300 01000000 01000000 0101 0300 01000000 01000000 00000000',
	),
	bmp: ofHex(
		'424d 3a000000 00000000 36000000 28000000 01000000 01000000 0100 1800 00000000 04000000 00000000 00000000 00000000 00000000 ff000000',
	),
	ico: ofHex('0000 0100 0100 01 01 00 00 0100 2000 00000000 16000000'),
} satisfies Record<string, Buffer>;

/** The media types by which the wire names the kinds. */
export const MEDIA_TYPES: Record<keyof typeof PICTURES, string> = {
	jpeg: 'image/jpeg',
	png: 'image/png',
	webp: 'image/webp',
	gif: 'image/gif',
	tiff: 'image/tiff',
	bmp: 'image/bmp',
	ico: 'image/x-icon',
};

/** The most bytes of a picture. */
export const MOST_BYTES = 10 * 1024 * 1024;

/** A PNG with something behind it, so that it differs from others or has a length of its own. */
export const pngOf = (more: Buffer | string): Buffer =>
	Buffer.concat([PICTURES.png, Buffer.from(more)]);

/** A PNG of so many bytes. */
export const pngOfLength = (length: number): Buffer =>
	pngOf(Buffer.alloc(length - PICTURES.png.length));

/** A file as n8n keeps it in memory. */
export const binary = (bytes: Buffer, fileName = 'logo.png'): IBinaryData => ({
	data: bytes.toString('base64'),
	mimeType: 'image/png',
	fileName,
});

/** The files of an item that has one, in the field that n8n's nodes call `data`. */
export const data = (bytes: Buffer, fileName?: string): IBinaryKeyData => ({
	data: binary(bytes, fileName),
});
