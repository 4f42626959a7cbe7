import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { GET_USER_IDS } from '../../../shared/api/endpoints';
import { STOPPED } from '../../../shared/api/failures';
import { keyOfAddress } from '../../../shared/delivery/lookUps';
import type { Address, FoundAddress } from '../../../shared/delivery/lookUps';
import { reasonOf } from '../../../shared/delivery/outcome';
import { InvalidField, shown } from '../../../shared/validation/InvalidField';
import { USER_ID_TYPES, recognisePeople } from '../../../shared/validation/recognisePeople';
import { oneOf, parseField } from '../../../shared/validation/validators';
import type { ItemParameters } from '../../execution/ItemParameters';
import { peopleField, userIdTypeField } from '../../fields/recipients';
import type { LookUpOperation } from '../../Operation';

const addressesField: INodeProperties = {
	...peopleField,
	displayName: 'E-Mails or Mobile Numbers',
	placeholder: 'e.g. zhang.wei@example.com, +86 138 0013 8000',
	description:
		'E-mail addresses and mobile numbers (outside mainland China with + and the country code), separated by commas or line breaks, or an expression that gives a list of them or of objects that have them. The node looks up those of all items together, 50 of each in a call.',
};

/** Feishu: contact-v3/user/batch_get_id */
export const getIds: LookUpOperation = {
	kind: 'lookUp',
	option: {
		name: 'Get IDs',
		value: 'getIds',
		action: 'Get user IDs',
		description: 'Find the IDs of people by their e-mail addresses or mobile numbers',
	},
	purpose: 'get the IDs',
	fields: [addressesField, { ...userIdTypeField, description: 'The kind of ID to get' }],
	endpoints: [GET_USER_IDS],
	read: (parameters, lookUps) => {
		const { displayName } = userIdTypeField;
		const userIdType = parseField(
			oneOf(USER_ID_TYPES),
			parameters(userIdTypeField.name),
			displayName,
		);
		const people = readAddresses(parameters);
		lookUps.add(userIdType, people);
		return async (call) => {
			const found = await lookUps.find(call, userIdType);
			const results = people.map((person) => ({
				person,
				result: found.get(keyOfAddress(person)) ?? { failure: STOPPED },
			}));
			const failures = results.flatMap(({ result }) =>
				result.failure && result.isCallFailed ? [result.failure] : [],
			);
			const [failure] = failures;
			if (failure !== undefined && failures.length === people.length) return { failure };
			return { found: results.map(({ person, result }) => outputOf(person, result)) };
		};
	},
};

interface GivenAddress extends Address {
	given: string;
}

/**
 * Reads the addresses, each once.
 *
 * @throws {InvalidField} when there is none, or something else stands among them
 */
function readAddresses(parameters: ItemParameters): GivenAddress[] {
	const { name, displayName } = addressesField;
	const addresses = new Map<string, GivenAddress>();
	for (const { kind, value, given } of recognisePeople(parameters(name), displayName)) {
		if (kind !== 'email' && kind !== 'mobile') {
			throw new InvalidField(
				displayName,
				`has ${shown(given)}, which is neither an e-mail address nor a mobile number`,
			);
		}
		const address = { kind, value, given };
		const key = keyOfAddress(address);
		if (!addresses.has(key)) addresses.set(key, address);
	}
	if (addresses.size === 0) {
		throw new InvalidField(displayName, 'is empty, but at least one address is required');
	}
	return [...addresses.values()];
}

/** Whoever is not found is told of, too. */
function outputOf({ kind, given }: GivenAddress, { userId, failure }: FoundAddress): IDataObject {
	return {
		recipient: given,
		kind,
		...(userId !== undefined && { user_id: userId }),
		...(failure && reasonOf(failure)),
	};
}
