import { createAppFeedCard, deleteAppFeedCards, updateAppFeedCards } from './appFeedCard';
import { setBotTimeSensitive, setChatTimeSensitive, updateChatButtons } from './chats';
import { findUsersByDepartment, getDepartment, getUserIds, listSubdepartments } from './contacts';
import { listChatMembers, listChats, searchChats, searchChatsV2 } from './groups';
import { uploadImage } from './images';
import { longConnectionEndpoint } from './longConnectionEndpoint';
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
	longConnectionEndpoint,
	createAppFeedCard,
	updateAppFeedCards,
	deleteAppFeedCards,
	updateChatButtons,
	setChatTimeSensitive,
	setBotTimeSensitive,
	getUserIds,
	findUsersByDepartment,
	listSubdepartments,
	getDepartment,
	listChats,
	searchChats,
	searchChatsV2,
	listChatMembers,
	uploadImage,
];
