import type { Client } from '@larksuiteoapi/node-sdk';

import { FAILED_CARD_REASONS } from '../../nodes/shared/api/errorCodes';
import { BUTTON_ACTION_TYPES, BUTTON_TYPES } from '../../nodes/shared/validation/buttons';
import {
	ALL_UPDATE_FIELDS,
	CARD_FIELDS,
	STATUS_LABEL_TYPES,
} from '../../nodes/shared/validation/cardFields';
import { keysOf } from '../../nodes/shared/validation/validators';
import type {
	AppFeedCard,
	ChatButtonContent,
	CreateCardContent,
	DeleteCardContent,
	FeedButton,
	StatusLabel,
	TimeSensitiveContent,
	UpdateCardContent,
	UpdateField,
	UserIdType,
	WithFeedCards,
	WithUserIds,
} from '../../nodes/shared/api/payloads';

/**
 * The payload types of the node are the official SDK's, down to each optional field. The type
 * checker sees to that (`tsc --noEmit`); the tests hold the lists that the node checks values with.
 */

type Im = Client['im']['v2'];
/** What a method of the SDK is given: body, query and path. */
type Payload<Method> = Method extends (payload?: infer Given, ...others: never[]) => unknown
	? NonNullable<Given>
	: never;
type Data<Method> = Payload<Method> extends { data?: infer Body } ? NonNullable<Body> : never;
type IdType<Method> =
	Payload<Method> extends { params?: { user_id_type?: infer Type } } ? NonNullable<Type> : never;

/** Writes a type out, so that two types with the same fields are the same however they are put. */
type Written<T> = T extends object ? { [Field in keyof T]: Written<T[Field]> } : T;
/** The same as a type, without a field that the node never sends, and with some that it always sends. */
type Sent<T, Never extends keyof T, Always extends keyof T = never> = Omit<T, Never | Always> &
	Required<Pick<T, Always>>;

/** True when two types are equal in every field, and in which of them are optional. */
type Equal<One, Other> =
	(<T>() => T extends Written<One> ? 1 : 2) extends <T>() => T extends Written<Other> ? 1 : 2
		? true
		: false;
/** Does not compile unless all are true. */
type Expect<Checks extends true[]> = Checks;

type SdkCreate = Data<Im['appFeedCard']['create']>;
type SdkUpdate = Data<Im['appFeedCardBatch']['update']>;
type SdkDelete = Data<Im['appFeedCardBatch']['delete']>;
type SdkButtons = Data<Im['chatButton']['update']>;
type SdkChatReminder = Data<Im['feedCard']['patch']>;
type SdkBotReminder = Data<Im['feedCard']['botTimeSentive']>;

export type PayloadsEqual = Expect<
	[
		Equal<WithUserIds<CreateCardContent>, Required<SdkCreate>>,
		Equal<WithFeedCards<UpdateCardContent>, Required<SdkUpdate>>,
		Equal<WithFeedCards<DeleteCardContent>, Required<SdkDelete>>,
		Equal<WithUserIds<ChatButtonContent>, Sent<SdkButtons, 'bot_id', 'buttons' | 'user_ids'>>,
		Equal<WithUserIds<TimeSensitiveContent>, SdkChatReminder>,
		Equal<WithUserIds<TimeSensitiveContent>, Sent<SdkBotReminder, 'bot_id'>>,
		Equal<UserIdType, IdType<Im['appFeedCard']['create']>>,
		Equal<UserIdType, IdType<Im['appFeedCardBatch']['update']>>,
		Equal<UserIdType, IdType<Im['appFeedCardBatch']['delete']>>,
		Equal<UserIdType, IdType<Im['chatButton']['update']>>,
		Equal<UserIdType, IdType<Im['feedCard']['patch']>>,
		Equal<UserIdType, IdType<Im['feedCard']['botTimeSentive']>>,
	]
>;

/** What the checks above would not be worth without: types that differ a little are told apart. */
export type DriftsTold = Expect<
	[
		Equal<Equal<AppFeedCard, Omit<AppFeedCard, 'notify'>>, false>,
		Equal<Equal<AppFeedCard, AppFeedCard & { subtitle?: string }>, false>,
		Equal<Equal<StatusLabel, Partial<StatusLabel>>, false>,
		Equal<Equal<UpdateField, Exclude<UpdateField, '103'>>, false>,
		Equal<Equal<{ buttons: FeedButton[] }, { buttons: Array<FeedButton | string> }>, false>,
		Equal<Equal<AppFeedCard, any>, false>, // eslint-disable-line @typescript-eslint/no-explicit-any
	]
>;

type SdkCard = NonNullable<SdkCreate['app_feed_card']>;
type SdkButton = NonNullable<SdkCard['buttons']>['buttons'][number];
type SdkFailedCard = NonNullable<
	NonNullable<Awaited<ReturnType<Im['appFeedCard']['create']>>['data']>['failed_cards']
>[number];

/** The words of a union, all of them. */
const words = <Word extends string>(all: Record<Word, true>): string[] => Object.keys(all).sort();

describe('the node knows the words that the official SDK knows, and no others', () => {
	it.each<[string, readonly string[], string[]]>([
		[
			'colors of a label',
			STATUS_LABEL_TYPES,
			words<NonNullable<SdkCard['status_label']>['type']>({
				primary: true,
				secondary: true,
				success: true,
				danger: true,
			}),
		],
		[
			'what buttons do',
			BUTTON_ACTION_TYPES,
			words<SdkButton['action_type']>({ url_page: true, webhook: true }),
		],
		[
			'how buttons look',
			BUTTON_TYPES,
			words<NonNullable<SdkButton['button_type']>>({ default: true, primary: true, success: true }),
		],
		[
			'fields of a card',
			keysOf(CARD_FIELDS),
			words<keyof SdkCard>({
				biz_id: true,
				title: true,
				avatar_key: true,
				preview: true,
				status_label: true,
				buttons: true,
				link: true,
				time_sensitive: true,
				notify: true,
			}),
		],
		[
			'changes that an update makes, besides those that draw attention',
			[...ALL_UPDATE_FIELDS, '101', '102', '103'],
			words<UpdateField>({
				1: true,
				2: true,
				3: true,
				10: true,
				11: true,
				12: true,
				13: true,
				101: true,
				102: true,
				103: true,
			}),
		],
		[
			'why cards fail',
			Object.keys(FAILED_CARD_REASONS),
			words<NonNullable<SdkFailedCard['reason']>>({ 0: true, 1: true, 2: true, 3: true, 4: true }),
		],
	])('%s', (_, known, expected) => {
		expect([...known].sort()).toEqual(expected);
	});
});
