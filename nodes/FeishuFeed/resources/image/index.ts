import type { Resource } from '../Resource';
import { upload } from './upload';

/** Pictures that the app has uploaded. */
export const image: Resource = {
	option: {
		name: 'Image',
		value: 'image',
		description: 'A picture for cards and messages',
	},
	operations: [upload],
	first: 'upload',
};
