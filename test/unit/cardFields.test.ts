import { CARD_FIELDS, cardFieldName } from '../../nodes/shared/validation/cardFields';
import { parseField } from '../../nodes/shared/validation/validators';

describe('what messages call a value of a card', () => {
	it.each([
		['', 'Card'],
		['title', 'Title'],
		['link.link', 'Link'],
		['status_label', 'Status Label'],
		['status_label.text', 'Status Label Text'],
		['status_label.type', 'Status Label Color'],
		['status_label.size', 'Status Label size'],
		['notify.close_notify', 'Silent'],
		['buttons', 'Buttons'],
		['buttons.buttons[1].text.text', 'Button 2 Text'],
		['buttons.buttons[0].multi_url.pc_url', 'Button 1 Computer URL'],
		['titles', 'titles'],
		['color', 'color'],
	])('%j', (path, name) => expect(cardFieldName(path)).toBe(name));
});

describe('a status label', () => {
	const { fromForm, parse } = CARD_FIELDS.status_label;

	it.each<[unknown, unknown]>([
		[{ label: { text: 'Urgent' } }, { text: 'Urgent', type: 'primary' }],
		[{ label: { text: 42, type: 'danger' } }, { text: '42', type: 'danger' }],
		['{"text": "Urgent"}', { text: 'Urgent', type: 'primary' }],
		[{ label: { type: 'danger' } }, { text: '', type: 'danger' }],
		[{}, undefined],
		[null, null],
	])('is read from the form: %j', (given, label) => expect(fromForm(given)).toEqual(label));

	it('is one, and has a text', () => {
		expect(() => fromForm([{ text: 'a' }, { text: 'b' }])).toThrow(
			'Status Label has 2 entries, but a card shows one label',
		);
		expect(() => parseField(parse, fromForm({ label: { type: 'danger' } }), 'Label')).toThrow(
			'Label has 0 characters, but at least 1 is required',
		);
	});
});

describe('a notification', () => {
	const { fromForm, parse } = CARD_FIELDS.notify;

	it.each<[unknown, unknown]>([
		[{}, undefined],
		[{ closeNotify: true }, { close_notify: true }],
		[{ customSoundText: 'New' }, { custom_sound_text: 'New', with_custom_sound: true }],
		[{ customSoundText: '' }, undefined],
		[
			{ closeNotify: false, customSoundText: 7 },
			{ close_notify: false, custom_sound_text: '7', with_custom_sound: true },
		],
		[{ with_custom_sound: false }, { with_custom_sound: false }],
	])('is read from the form: %j', (given, notify) => expect(fromForm(given)).toEqual(notify));

	it.each<[object, string | undefined]>([
		[{ close_notify: true }, undefined],
		[{ custom_sound_text: 'New', with_custom_sound: true }, undefined],
		[{ custom_sound_text: '', with_custom_sound: false }, undefined],
		[
			{ close_notify: true, with_custom_sound: true },
			'.with_custom_sound has no effect on a card that arrives silently',
		],
		[
			{ close_notify: true, custom_sound_text: 'New' },
			'.custom_sound_text has no effect on a card that arrives silently',
		],
		[{ custom_sound_text: 'New' }, '.custom_sound_text is spoken only beside'],
		[{ with_custom_sound: true }, '.with_custom_sound has nothing to speak'],
	])('says what Feishu would not do: %j', (notify, problem) => {
		const check = () => parse(notify, '', (path) => path);
		if (problem === undefined) expect(check()).toEqual(notify);
		else expect(check).toThrow(problem);
	});
});
