import type { JSX } from 'preact';

import type { FeedEntry } from '../../../feishu/src/client';
import { Icon, type IconName } from '../icons';

const COLOURS = ['slate', 'indigo', 'teal', 'green', 'orange', 'rose', 'violet', 'blue'];
const ICONS: Partial<Record<FeedEntry['kind'], IconName>> = {
	appFeedCard: 'app',
	group: 'people',
	botChat: 'robot',
};

function colourOf(text: string): string {
	let sum = 0;
	for (const character of text) sum = (sum * 37 + character.codePointAt(0)!) % 9973;
	return COLOURS[sum % COLOURS.length];
}

/** The picture of a person: the last two characters of the name, as Feishu draws it. */
export function PersonAvatar({ name, small }: { name: string; small?: boolean }): JSX.Element {
	return (
		<span class={`avatar avatar-${colourOf(name)} ${small ? 'small' : ''}`} aria-hidden="true">
			{[...name].slice(-2).join('')}
		</span>
	);
}

/** The picture of an entry: the uploaded one, or one for its kind. */
export function EntryAvatar({ entry }: { entry: FeedEntry }): JSX.Element {
	const { kind, avatar_key, title, app_id } = entry;
	if (avatar_key) {
		const address = `/sandbox/images/${encodeURIComponent(avatar_key)}`;
		return (
			<span class="avatar avatar-slate">
				<Icon name="app" size={22} />
				{/* A key that is no image of the sandbox's leaves the icon, until there is another key. */}
				<img
					key={address}
					src={address}
					alt=""
					loading="lazy"
					onError={(event) => (event.currentTarget.hidden = true)}
				/>
			</span>
		);
	}
	const icon = ICONS[kind];
	if (!icon) return <PersonAvatar name={title} />;
	return (
		<span class={`avatar avatar-${colourOf(app_id ?? title)}`} aria-hidden="true">
			<Icon name={icon} size={22} />
		</span>
	);
}
