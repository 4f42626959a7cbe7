import type { Answer } from '../answers';
import type { App } from '../apps';
import { type Company, USER_ID_TYPES } from '../company/company';
import type { TenantOperationName, TokenOperationName } from '../operationNames';
import type { RateLimit } from '../rateLimiter';
import type { Sandbox } from '../sandbox';

/**
 * The `user_id` of an entry that a fault makes: the one of the call, none at all, an empty one, the
 * same person's ID of a certain kind, or one that is not in the call.
 */
export const ENTRY_USER_IDS = ['given', 'absent', 'empty', ...USER_ID_TYPES, 'stranger'] as const;
export type EntryUserId = (typeof ENTRY_USER_IDS)[number];

/** Why a fault makes one recipient of a call fail. */
export interface RecipientReason {
	/** For cards: `"0"` unknown to `"4"` duplicate. */
	reason: '0' | '1' | '2' | '3' | '4';
	/** For the other operations. */
	error_code: number;
	error_message: string;
	entryUserId: EntryUserId;
}

/** A call as it reaches an operation. */
export interface Call {
	sandbox: Sandbox;
	/** Number of its request. */
	request: number;
	/** Milliseconds since 1970 at which it was received. */
	now: number;
	params: unknown;
	query: Record<string, unknown>;
	body: unknown;
	/** Name and port by which the caller knows the sandbox. */
	host: string;
	/** The caller's address. */
	ip: string;
}

/** A call with a tenant access token. */
export interface TenantCall extends Call {
	app: App;
	company: Company;
	/** Recipients that a fault makes fail, by their ID in this call. */
	failing: ReadonlyMap<string, RecipientReason>;
}

interface OperationBase {
	method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	path: string;
}

/** An endpoint that needs no token; most give one. */
export interface TokenOperation extends OperationBase {
	name: TokenOperationName;
	perform(call: Call): Answer;
}

/** An endpoint that needs a tenant access token. */
export interface TenantOperation extends OperationBase {
	name: TenantOperationName;
	/** Any one of these is enough. */
	scopes: readonly string[];
	/** As documented; absent where nothing is. */
	limit?: RateLimit;
	/** The body is a multipart form instead of JSON; files are an `UploadedFile` each. */
	isMultipart?: boolean;
	perform(call: TenantCall): Answer;
}

export type Operation = TokenOperation | TenantOperation;

export function needsToken(operation: Operation): operation is TenantOperation {
	return 'scopes' in operation;
}

/** The user IDs that a body names, as far as it can be understood. */
export function recipientsOf(body: unknown): string[] {
	if (typeof body !== 'object' || body === null) return [];
	const { user_ids, feed_cards } = body as { user_ids?: unknown; feed_cards?: unknown };
	if (Array.isArray(user_ids)) return user_ids;
	if (Array.isArray(feed_cards)) return feed_cards.map((card) => card?.user_id);
	return [];
}
