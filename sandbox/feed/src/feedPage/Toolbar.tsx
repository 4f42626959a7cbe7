import type { ComponentChildren, JSX } from 'preact';

import { useLanguage } from '../appearance/language';
import { Icon } from '../icons';
import { changeInspector, isInspectorOpen, TOGGLE_ID } from '../inspector/inspectorState';
import { countMisbehaviour } from '../inspector/Knobs';
import { wire } from '../sandbox/wire';
import { LanguageSwitch, ThemeSwitch } from '../shell/Switches';
import { useStore } from '../store';
import { ResetButton } from './ResetButton';
import { canSpeak, changeMuted, isMuted } from './speech';

/** The top of the feed page. */
export function Toolbar({ children }: { children: ComponentChildren }): JSX.Element {
	const { t } = useLanguage();
	const isOpen = useStore(isInspectorOpen, (value) => value);
	const misbehaviour = useStore(wire, countMisbehaviour);
	return (
		<header class="toolbar">
			<a class="brand" href="/" title={t('startPage')}>
				<img src="/favicon.svg" alt="" width="28" height="28" />
				<h1>{t('product')}</h1>
			</a>
			<div class="toolbar-tools">
				{misbehaviour > 0 && (
					<button
						type="button"
						class="fault-pill"
						aria-label={t('showFaults', { count: misbehaviour })}
						title={t('showFaults', { count: misbehaviour })}
						data-testid="misbehaving"
						onClick={() => changeInspector(true)}
					>
						<Icon name="warning" size={14} />
						{misbehaviour}
					</button>
				)}
				{children}
				<ResetButton />
				<SoundSwitch />
				<ThemeSwitch />
				<LanguageSwitch />
				<button
					type="button"
					id={TOGGLE_ID}
					class="icon-button"
					aria-expanded={isOpen}
					aria-label={t(isOpen ? 'closeInspector' : 'openInspector')}
					title={t(isOpen ? 'closeInspector' : 'openInspector')}
					data-testid="toggle-inspector"
					onClick={() => changeInspector(!isOpen)}
				>
					<Icon name="inspect" size={18} />
				</button>
			</div>
		</header>
	);
}

function SoundSwitch(): JSX.Element {
	const { t } = useLanguage();
	const muted = useStore(isMuted, (value) => value);
	const name = `${t('sound')}: ${t(muted ? 'soundOff' : 'soundOn')}`;
	return (
		<button
			type="button"
			class="icon-button"
			role="switch"
			aria-checked={!muted}
			aria-label={t('sound')}
			title={canSpeak ? name : t('noSpeech')}
			disabled={!canSpeak}
			data-testid="sound"
			onClick={() => changeMuted(!muted)}
		>
			<Icon name={muted ? 'mute' : 'sound'} size={18} />
		</button>
	);
}
