import type { INodeProperties, INodePropertyMode } from 'n8n-workflow';

/** What makes one locator different from another. */
export type LocatorField = Pick<
	INodeProperties,
	'displayName' | 'name' | 'description' | 'required'
>;

/**
 * Lets the user choose something from a list that searches Feishu, or in other ways.
 *
 * @param ways what the list says while nothing is chosen, the method in `listSearch/` that fills it, and the modes
 *   besides the list
 */
export function locator(
	field: LocatorField,
	ways: { placeholder: string; searchListMethod: string; modes: INodePropertyMode[] },
): INodeProperties {
	const { placeholder, searchListMethod, modes } = ways;
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
			...modes,
		],
	};
}
