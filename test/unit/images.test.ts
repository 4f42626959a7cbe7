import {
	IMAGE_LIMITS,
	checkImage,
	checkImageSize,
	mostPixels,
} from '../../nodes/shared/validation/images';

/** A file that begins with these bytes, as text of one byte a character. */
const file = (begin: string, length = begin.length) =>
	Buffer.concat([Buffer.from(begin, 'latin1'), Buffer.alloc(Math.max(0, length - begin.length))]);
const bmp = (headerSize: number) => {
	const bytes = file('BM', 18);
	bytes.writeUInt32LE(headerSize, 14);
	return bytes;
};
const ico = (pictures: number) => {
	const bytes = file('\0\0\x01\0', 6);
	bytes.writeUInt16LE(pictures, 4);
	return bytes;
};

describe('a picture is known by its content', () => {
	it.each<[string, Buffer]>([
		['JPEG', file('\xff\xd8\xff\xe0')],
		['PNG', file('\x89PNG\r\n\x1a\n')],
		['WEBP', file('RIFF1234WEBP')],
		['GIF', file('GIF87a')],
		['GIF', file('GIF89a')],
		['TIFF', file('II*\0')],
		['TIFF', file('MM\0*')],
		...[12, 16, 40, 52, 56, 64, 108, 124].map((size): [string, Buffer] => ['BMP', bmp(size)]),
		['ICO', ico(1)],
	])('%s', (name, bytes) => expect(checkImage(bytes, 'The file').name).toBe(name));
});

describe('what else is taken for a picture is named', () => {
	it.each<[string, Buffer]>([
		['SVG', file('<svg xmlns="http://www.w3.org/2000/svg">')],
		['SVG', file('<?xml version="1.0"?>\n<!-- drawn -->\n<!DOCTYPE svg PUBLIC "x">\n<SVG>')],
		['SVG', file('\xef\xbb\xbf  <svg>')],
		['HTML', file('<!DOCTYPE html>')],
		['HTML', file('\n<html lang="zh">')],
		['HTML', file('<head>')],
		['HTML', file('<body class="a">')],
		['PDF', file('%PDF-1.7')],
		['HEIC', file('\0\0\0\x18ftypheic')],
		['HEIC', file('\0\0\0\x18ftypmif1')],
		['AVIF', file('\0\0\0\x18ftypavif')],
		['AVIF', file('\0\0\0\x18ftypavis')],
		['text', file('Hello,\tyou\r\nthere ')],
		['text', file('BM is how this text begins')],
		['text', file('RIFF1234WAVE')],
		['text', file('say <svg> and %PDF-')],
		['text', file('<htmlx>')],
		['not a picture', file('\x00\x01\x02')],
		['not a picture', file('text and \x1f')],
		['not a picture', bmp(41)],
		['not a picture', file('BM', 17)],
		['not a picture', ico(0)],
		['not a picture', file('\0\0\x01\0\x01')],
	])('%s', (name, bytes) => {
		expect(() => checkImage(bytes, 'The file')).toThrow(
			`The file is ${name}, but Feishu takes only JPEG, PNG, WEBP, GIF, TIFF, BMP, ICO: convert the picture to PNG or JPEG`,
		);
	});

	it('by the beginning of the file alone', () => {
		const late = Buffer.concat([file('a'.repeat(1024)), file('\0')]);
		expect(() => checkImage(late, 'It')).toThrow(/^It is text/);
		const early = Buffer.concat([file('a'.repeat(1023)), file('\0')]);
		expect(() => checkImage(early, 'It')).toThrow(/^It is not a picture/);
	});
});

describe('the size of a picture', () => {
	it('is from one byte to Feishu’s limit', () => {
		expect(IMAGE_LIMITS.bytes).toBe(10_485_760);
		expect(() => checkImageSize(1, 'It')).not.toThrow();
		expect(() => checkImageSize(10_485_760, 'It')).not.toThrow();
		expect(() => checkImageSize(0, 'It')).toThrow('It is empty (0 bytes), but must be a picture');
		expect(() => checkImageSize(10_485_761, 'It')).toThrow(
			'It has 10485761 bytes, but at most 10485760 (10 MB) are allowed: make the picture smaller',
		);
	});

	it('is checked before its content', () => {
		expect(() => checkImage(Buffer.alloc(0), 'It')).toThrow('It is empty');
	});

	it('in pixels is named by side', () => expect(mostPixels('gif')).toBe('2000 × 2000'));
});
