/** The endpoints that need no token, most of which give one; they have no rate limit. */
export const TOKEN_OPERATION_NAMES = [
	'tenantAccessToken.internal',
	'appAccessToken.create',
	'tenantAccessToken.create',
	'appTicket.resend',
	'longConnection.endpoint',
] as const;

/** The endpoints that need a tenant access token, named as in the official SDK; `V2` where it has two of a name. */
export const TENANT_OPERATION_NAMES = [
	'appFeedCard.create',
	'appFeedCardBatch.update',
	'appFeedCardBatch.delete',
	'chatButton.update',
	'feedCard.patch',
	'feedCard.botTimeSentive',
	'user.batchGetId',
	'user.findByDepartment',
	'department.children',
	'department.get',
	'chat.list',
	'chat.search',
	'chat.searchV2',
	'chatMembers.get',
	'image.create',
] as const;

/** All operations of the sandbox. */
export const OPERATION_NAMES = [...TOKEN_OPERATION_NAMES, ...TENANT_OPERATION_NAMES] as const;

export type TokenOperationName = (typeof TOKEN_OPERATION_NAMES)[number];
export type TenantOperationName = (typeof TENANT_OPERATION_NAMES)[number];
export type OperationName = TokenOperationName | TenantOperationName;
