/** The operations of the sandbox, named as in the official SDK. */
export const OPERATION_NAMES = [
	'tenantAccessToken.internal',
	'appAccessToken.create',
	'tenantAccessToken.create',
	'appTicket.resend',
	'appFeedCard.create',
	'appFeedCardBatch.update',
	'appFeedCardBatch.delete',
	'chatButton.update',
	'feedCard.patch',
	'feedCard.botTimeSentive',
] as const;

export type OperationName = (typeof OPERATION_NAMES)[number];
