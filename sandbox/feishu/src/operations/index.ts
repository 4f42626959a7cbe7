import { createAppFeedCard, deleteAppFeedCards, updateAppFeedCards } from './appFeedCard';
import { setBotTimeSensitive, setChatTimeSensitive, updateChatButtons } from './chats';
import type { Operation } from './operation';
import {
	appAccessToken,
	appTicketResend,
	tenantAccessToken,
	tenantAccessTokenInternal,
} from './tokens';

/** Every endpoint of the sandbox's Feishu. */
export const OPERATIONS: readonly Operation[] = [
	tenantAccessTokenInternal,
	appAccessToken,
	tenantAccessToken,
	appTicketResend,
	createAppFeedCard,
	updateAppFeedCards,
	deleteAppFeedCards,
	updateChatButtons,
	setChatTimeSensitive,
	setBotTimeSensitive,
];
