import type { UserIdType } from '../api/payloads';
import type { Failure } from '../api/failures';

/** An e-mail address or mobile number. */
export interface Address {
	kind: 'email' | 'mobile';
	/** As Feishu takes it. */
	value: string;
}

/** A department, as Feishu's contacts take it. `0` is the root: the company itself. */
export interface Department {
	id: string;
	/** How a call names the kind of the ID (query `department_id_type`). */
	idType: 'open_department_id' | 'department_id';
}

/** A chat, or a department, by its ID. */
export type MemberList =
	| { kind: 'chat'; id: string }
	| ({ kind: 'department'; includeSubdepartments: boolean } & Department);

/** What an item names in place of people's IDs. */
export type LookUp = (Address | MemberList) & {
	/** As the user gave it. */
	recipient: string;
	/** How many of the item's IDs stand before it. */
	position: number;
};

/** A person who was found. */
export interface FoundPerson {
	userId: string;
	name?: string;
}

/** Why there is nobody to send to. */
export interface NotFound {
	failure: Failure;
	/** True when the call failed, so that nobody knows whether there is somebody. */
	isCallFailed?: boolean;
}

/** Whose an address is, or why nobody can be sent to; `userId` where it is somebody's all the same. */
export type FoundAddress =
	| { userId: string; failure?: undefined }
	| ({ userId?: string } & NotFound);

/** Who is in a chat or department, or why that is not known in full. */
export type FoundMembers =
	| { members: FoundPerson[]; failure?: undefined }
	| ({ members?: undefined } & NotFound);

/** Equal for addresses that are the same to Feishu. */
export function keyOfAddress({ kind, value }: Address): string {
	return `${kind}\n${kind === 'email' ? value.toLowerCase() : value}`;
}

/** Equal for lists with the same members. */
export function keyOfMembers(list: MemberList): string {
	return list.kind === 'chat'
		? `chat\n${list.id}`
		: ['department', list.idType, list.id, list.includeSubdepartments].join('\n');
}

/** What stands in place of the reason when Feishu does not tell an ID of the kind that was asked for. */
export function idNotTold(userIdType: UserIdType): Failure {
	return {
		kind: 'refused',
		reason: `Feishu does not tell the ${userIdType} of this person`,
		advice:
			userIdType === 'user_id'
				? "open the scope contact:user.employee_id:readonly for the app in Feishu's developer console and publish a new version of it"
				: 'check that the app may see this person',
	};
}
