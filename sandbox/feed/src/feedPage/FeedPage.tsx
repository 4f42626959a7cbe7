import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import type { StartPage } from '../../../feishu/src/client';
import { useLanguage } from '../appearance/language';
import { changeAddress } from '../appearance/remember';
import { Icon } from '../icons';
import { Inspector } from '../inspector/Inspector';
import { BESIDE, isInspectorOpen } from '../inspector/inspectorState';
import { sandbox } from '../sandbox/api';
import { listen } from '../sandbox/connection';
import { feeds } from '../sandbox/feeds';
import { loadColleagues } from '../sandbox/people';
import { Announcer } from '../shell/Announcer';
import { ConnectionBar } from '../shell/ConnectionBar';
import { Toast } from '../shell/Toast';
import { useMedia } from '../shell/useMedia';
import { useStore } from '../store';
import { FeedColumn } from './FeedColumn';
import { PersonPicker } from './PersonPicker';
import { ScenarioPanel } from './ScenarioPanel';
import { Toolbar } from './Toolbar';

const parameters = new URLSearchParams(location.search);
const scenarioId = parameters.get('scenario');
/** Settles when the lists are as the page is to begin with. */
const cleared = parameters.has('clear') ? clearOnce() : Promise.resolve();

/** A page that is opened for a new walk takes out what others have left; loading it again does not. */
async function clearOnce(): Promise<void> {
	await sandbox.clearFeeds().catch(() => undefined);
	changeAddress({ clear: null });
}

function peopleInAddress(): string[] {
	const ids = (parameters.get('people') ?? '').split(',').filter((id) => id !== '');
	return [...new Set(ids)];
}

/** Message lists side by side, with the scenario to walk through and the inspector. */
export function FeedPage(): JSX.Element {
	const { t } = useLanguage();
	const [people, setPeople] = useState(peopleInAddress);
	const [startPage, setStartPage] = useState<StartPage>();
	const isOpen = useStore(isInspectorOpen, (value) => value);
	const isBeside = useMedia(BESIDE);
	const scenario = startPage?.scenarios.find(({ id }) => id === scenarioId);

	useDocumentTitle(t('feedPageTitle'));
	useEffect(() => {
		const read = async () => {
			setStartPage(await sandbox.startPage());
			await loadColleagues();
		};
		// When the sandbox goes away the bar says so, and all is read again when it is back.
		let stop: (() => void) | undefined;
		let isGone = false;
		void cleared.then(() => {
			if (!isGone) stop = listen(people, () => void read().catch(() => undefined));
		});
		return () => {
			isGone = true;
			stop?.();
		};
	}, [people]);
	useEffect(() => {
		if (people.length > 0 || !startPage) return;
		if (scenario) setPeople(scenario.people);
		else {
			void sandbox
				.people({ limit: 1, fields: ['open_id'] })
				.then(([first]) => setPeople([first.open_id]))
				.catch(() => undefined);
		}
	}, [people, startPage, scenario]);

	const show = (next: string[]) => {
		changeAddress({ people: next.join(',') });
		setPeople(next);
	};

	return (
		<div class={`page feed-page ${isOpen ? 'with-inspector' : ''}`}>
			<Toolbar>
				<PersonPicker
					class="icon-button"
					label={t('addPerson')}
					testId="add-person"
					shown={people}
					onPick={(open_id) => show([...people, open_id])}
				>
					<Icon name="add" size={18} />
				</PersonPicker>
			</Toolbar>
			<ConnectionBar />
			<div class="feed-layout" inert={isOpen && !isBeside}>
				{scenario && <ScenarioPanel scenario={scenario} />}
				{startPage && scenarioId && !scenario && (
					<p class="notice" role="alert">
						{t('unknownScenario', { id: scenarioId })} <a href="/">{t('startPage')}</a>
					</p>
				)}
				<main class="feed-columns" aria-label={t('feeds')}>
					{people.map((open_id, place) => (
						<FeedColumn
							key={open_id}
							open_id={open_id}
							shown={people}
							onChange={(other) => show(people.with(place, other))}
							onRemove={
								people.length > 1
									? () => show(people.filter((shown) => shown !== open_id))
									: undefined
							}
						/>
					))}
				</main>
			</div>
			{isOpen && <Inspector />}
			<Toast />
			<Announcer />
		</div>
	);
}

/** The title with the number of unread notifications before it, for whoever looks at another tab. */
function useDocumentTitle(title: string): void {
	const unread = useStore(feeds, ({ unread }) =>
		[...unread.values()].reduce((sum, count) => sum + count, 0),
	);
	useEffect(() => {
		document.title = unread > 0 ? `(${unread}) ${title}` : title;
	}, [unread, title]);
}
