import type { INodeProperties } from 'n8n-workflow';

/** The field, for nodes of version 1 only: those that were saved keep the form that they had. */
export function inVersion1(field: INodeProperties): INodeProperties {
	return shownWhen(field, { '@version': [1] });
}

/** The field, for nodes from version 1.1 on. */
export function sinceVersion1_1(field: INodeProperties): INodeProperties {
	return shownWhen(field, { '@version': [{ _cnd: { gte: 1.1 } }] });
}

/** The field, shown when a condition holds besides its own. */
export function shownWhen(
	field: INodeProperties,
	condition: NonNullable<NonNullable<INodeProperties['displayOptions']>['show']>,
): INodeProperties {
	const { displayOptions } = field;
	return {
		...field,
		displayOptions: { ...displayOptions, show: { ...condition, ...displayOptions?.show } },
	};
}
