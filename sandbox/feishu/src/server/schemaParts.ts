/** The pieces that schemas of the control API are made of. */

export const boolean = { type: 'boolean' };
export const string = { type: 'string' };
export const strings = { type: 'array', items: string };
export const count = { type: 'integer', minimum: 0 };
export const positive = { type: 'integer', minimum: 1 };
export const seconds = { type: 'number', minimum: 0 };
export const oneOf = (values: readonly string[]) => ({ type: 'string', enum: [...values] });
/** What is not in it is refused. */
export const object = (properties: object, required: string[] = []) => ({
	type: 'object',
	additionalProperties: false,
	required,
	properties,
});
export const oneOrMore = (items: object) => ({
	anyOf: [items, { type: 'array', items, minItems: 1 }],
});
