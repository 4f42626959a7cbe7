import Ajv, { type ErrorObject, type SchemaObject, type ValidateFunction } from 'ajv';

import { type FeishuError, invalidParameter } from './answers';

// Lengths are counted in code points, which is ajv's way of counting as well, or by `maxBytes` in UTF-8 bytes.
const ajv = new Ajv({ strict: true, allowUnionTypes: true, verbose: true });

// An applink (https://applink.feishu.cn/…) is an HTTPS address as well.
ajv.addFormat('https', (value) => /^https:\/\/[^/]/i.test(value) && URL.canParse(value));
ajv.addKeyword({
	keyword: 'maxBytes',
	type: 'string',
	schemaType: 'number',
	validate: (most: number, value: string) => Buffer.byteLength(value) <= most,
});

/** A function that checks a value and tells its type. */
export function compile<T>(schema: SchemaObject): ValidateFunction<T> {
	return ajv.compile<T>(schema);
}

/**
 * The value, if it keeps to the schema.
 * @throws FeishuError HTTP 400 `230001`, or what `error` makes of the description, which names the
 *   field and the rule
 */
export function check<T>(
	validate: ValidateFunction<T>,
	value: unknown,
	error: (description: string) => FeishuError = invalidParameter,
): T {
	if (validate(value)) return value;
	throw error(describe(validate.errors?.[0]));
}

function describe(error: ErrorObject | undefined): string {
	if (!error) return 'The parameters are invalid.';
	const path = fieldPath(error.instancePath);
	switch (error.keyword) {
		case 'required':
			return `${fieldPath(`${error.instancePath}/${error.params.missingProperty}`)} is required.`;
		case 'enum':
			return `${path} must be one of ${error.params.allowedValues.join(', ')}.`;
		case 'format':
			return `${path} must be an HTTPS link.`;
		case 'maxLength':
		case 'minLength':
			return `${path} ${error.message}, but has ${[...(error.data as string)].length}.`;
		case 'maxBytes':
			return `${path} must NOT have more than ${error.schema} bytes, but has ${Buffer.byteLength(error.data as string)}.`;
		default:
			return `${path} ${error.message}.`;
	}
}

function fieldPath(instancePath: string): string {
	const path = instancePath.replace(/\/(\d+)(?=\/|$)/g, '[$1]').replace(/\//g, '.');
	return path.replace(/^\./, '') || 'body';
}
