import type { IDataObject } from 'n8n-workflow';

/** Where the cards and buttons of the tests lead. */
export const LINK = 'https://example.com/attendance';
/** The paths of the calls that create cards, and that update or delete them. */
export const CARDS = '/open-apis/im/v2/app_feed_card';
export const CARD_BATCHES = '/open-apis/im/v2/app_feed_card/batch';
/** A business ID that the node has made. */
export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Calls one at a time, unless a test says otherwise, so that they arrive in the order of the items. */
const inOrder = (form: IDataObject): IDataObject => ({
	...form,
	options: { callsAtOnce: 1, ...(form.options as IDataObject) },
});

const ofCard =
	(operation: string, defaults: IDataObject = {}) =>
	(parameters: IDataObject): IDataObject =>
		inOrder({ resource: 'appFeedCard', operation, ...defaults, ...parameters });

/** The parameters of each operation on a card; those that make one have a link. */
export const create = ofCard('create', { link: LINK });
export const upsert = ofCard('upsert', { link: LINK });
export const update = ofCard('update');
export const deleteCard = ofCard('delete');

/** The parameters of an operation on a chat. */
export const ofChat = (operation: string, parameters: IDataObject): IDataObject =>
	inOrder({ resource: 'chat', operation, ...parameters });

/** The parameters of the operation on the bot's own chat. */
export const ofBotChat = (parameters: IDataObject): IDataObject =>
	inOrder({ resource: 'botChat', operation: 'setTimeSensitive', ...parameters });

/** A chat that is given by its ID. */
export const byId = (value: unknown) => ({ __rl: true, mode: 'id', value }) as IDataObject;

/** Every field of a card that the form has, filled in. */
export const FULL_FORM: IDataObject = {
	bizId: 'shift-2024-06-01',
	title: '上班打卡 ⏰',
	preview: 'Your shift starts at 9:00',
	link: LINK,
	avatarKey: 'img_v3_avatar',
	timeSensitive: true,
	statusLabel: { label: { text: '紧急', type: 'danger' } },
	buttons: {
		button: [
			{
				text: 'Clock in',
				actionType: 'url_page',
				buttonType: 'primary',
				url: 'https://example.com/in',
				platformUrls: {
					androidUrl: 'https://example.com/android',
					iosUrl: 'https://example.com/ios',
					pcUrl: 'https://example.com/pc',
				},
			},
			{
				text: 'Later',
				actionType: 'webhook',
				buttonType: 'success',
				actionValues: {
					value: [
						{ name: 'action', value: 'later' },
						{ name: 'minutes', value: '10' },
					],
				},
			},
		],
	},
	notify: { closeNotify: false, customSoundText: '请打卡' },
};

/** The same card in Feishu's words. */
export const FULL_CARD = {
	biz_id: 'shift-2024-06-01',
	title: '上班打卡 ⏰',
	preview: 'Your shift starts at 9:00',
	link: { link: LINK },
	avatar_key: 'img_v3_avatar',
	time_sensitive: true,
	status_label: { text: '紧急', type: 'danger' },
	buttons: {
		buttons: [
			{
				action_type: 'url_page',
				text: { text: 'Clock in' },
				button_type: 'primary',
				multi_url: {
					url: 'https://example.com/in',
					android_url: 'https://example.com/android',
					ios_url: 'https://example.com/ios',
					pc_url: 'https://example.com/pc',
				},
			},
			{
				action_type: 'webhook',
				text: { text: 'Later' },
				button_type: 'success',
				action_map: { action: 'later', minutes: '10' },
			},
		],
	},
	notify: { close_notify: false, custom_sound_text: '请打卡', with_custom_sound: true },
};
