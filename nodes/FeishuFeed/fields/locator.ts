import type { INodeProperties, INodePropertyMode } from 'n8n-workflow';

/** What makes one locator different from another. */
export type LocatorField = Pick<
	INodeProperties,
	'displayName' | 'name' | 'description' | 'required'
>;

/**
 * Lets the user choose something from a list that searches Feishu, or in other ways.
 *
 * @param list what the list says while nothing is chosen, and the method in `listSearch/` that fills it
 */
export function locator(
	field: LocatorField,
	list: { placeholder: string; searchListMethod: string },
	otherModes: INodePropertyMode[],
): INodeProperties {
	const { placeholder, searchListMethod } = list;
	return {
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		...field,
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder,
				typeOptions: { searchListMethod, searchable: true },
			},
			...otherModes,
		],
	};
}
