import type { UserIdType } from '../api/payloads';
import type { CallWithRetries } from './callWithRetries';
import { findAddresses } from './findAddresses';
import { keyOfAddress } from './lookUps';
import type { Address, FoundAddress } from './lookUps';

/** The addresses of all items of an execution, looked up together when the first item asks for its own. */
export class AddressLookUps {
	private readonly wanted = new Map<UserIdType, Map<string, Address>>();
	private readonly found = new Map<UserIdType, Promise<Map<string, FoundAddress>>>();

	/** Adds what an item is going to ask for. */
	add(userIdType: UserIdType, addresses: Address[]): void {
		const ofType = this.wanted.get(userIdType) ?? new Map<string, Address>();
		this.wanted.set(userIdType, ofType);
		for (const address of addresses) ofType.set(keyOfAddress(address), address);
	}

	/** Gives what was found for all addresses of the kind of ID, by `keyOfAddress`. */
	async find(
		call: CallWithRetries,
		userIdType: UserIdType,
	): Promise<ReadonlyMap<string, FoundAddress>> {
		let found = this.found.get(userIdType);
		if (found === undefined) {
			const wanted = [...(this.wanted.get(userIdType)?.values() ?? [])];
			this.found.set(userIdType, (found = findAddresses(call, userIdType, wanted)));
		}
		return await found;
	}
}
