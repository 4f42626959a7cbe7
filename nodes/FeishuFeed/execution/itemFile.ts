import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import { asObject } from '../../shared/primitives/json';
import { isEmpty } from '../../shared/validation/formValues';
import { InvalidField, kindOf, shown } from '../../shared/validation/InvalidField';
import type { ItemFile } from './ItemParameters';

/**
 * Gives a file of an item, which a parameter names by its binary field, or hands over as an expression gives it.
 *
 * @param field what messages call the parameter
 * @throws {InvalidField} when the item has no such file
 */
export function itemFile(
	context: Pick<IExecuteFunctions, 'helpers' | 'getInputData'>,
	item: number,
	property: unknown,
	field: string,
): ItemFile {
	if (isEmpty(property)) throw new InvalidField(field, 'is empty, but must name a binary field');
	if (typeof property !== 'string' && asObject(property) === undefined) {
		throw new InvalidField(field, `must be the name of a binary field, but is ${kindOf(property)}`);
	}
	const source = property as string | IBinaryData;
	const isName = typeof source === 'string';
	const data = dataOf(context, item, source);
	if (data === undefined) {
		const names = Object.keys(context.getInputData()[item]?.binary ?? {});
		const others = names.length > 0 ? `only ${names.map(shown).join(', ')}` : 'none at all';
		throw new InvalidField(
			field,
			isName
				? `names the binary field ${shown(source)}, which the item does not have: it has ${others}`
				: 'must be the name of a binary field, but is an object without a file',
		);
	}
	const { fileName, bytes, id } = data;
	const file = fileName === undefined ? 'The file' : `The file ${shown(fileName)}`;
	return {
		description: isName ? `${file} in the binary field ${shown(source)}` : file,
		identity: id ?? data.data,
		...(typeof bytes === 'number' && { size: bytes }),
		load: async () => await context.helpers.getBinaryDataBuffer(item, source),
	};
}

/** n8n's record of a file, or nothing when the item has no such file. */
function dataOf(
	{ helpers }: Pick<IExecuteFunctions, 'helpers'>,
	item: number,
	source: string | IBinaryData,
): IBinaryData | undefined {
	try {
		return helpers.assertBinaryData(item, source);
	} catch {
		return undefined;
	}
}
