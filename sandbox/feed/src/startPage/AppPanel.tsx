import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import type { App, CallbackConfiguration, Person } from '../../../feishu/src/client';
import { type Translate, useLanguage } from '../appearance/language';
import { sandbox } from '../sandbox/api';
import { Copyable } from './Copyable';

/** What somebody needs who builds a workflow: the app's credential, somebody to send to, and where presses go. */
export function AppPanel({ app, person }: { app: App; person: Person }): JSX.Element {
	const { t } = useLanguage();
	const { name, email, open_id } = person;
	return (
		<section class="app-panel" aria-labelledby="own-workflow" data-testid="app">
			<h2 id="own-workflow">{t('ownWorkflow')}</h2>
			<ol class="steps">
				<li>
					<div>
						<p>{t('ownCredential')}</p>
						<dl>
							<Copyable what="Base URL" text={location.origin} />
							<Copyable what="App ID" text={app.app_id} />
							<Copyable what="App Secret" text={app.app_secret} />
						</dl>
					</div>
				</li>
				<li>
					<div>
						<p>{t('ownCard')}</p>
						<dl>
							<Copyable what={t('ownRecipient', { name })} text={email} />
						</dl>
						<a class="button" href={`/feed?people=${open_id}`} data-testid="own-list">
							{t('ownList', { name })}
						</a>
					</div>
				</li>
				<li>
					<div>
						<p>{t('ownPress')}</p>
						<CallbackForm app={app} />
					</div>
				</li>
			</ol>
		</section>
	);
}

const MODES = {
	automatic: 'callbackAutomatic',
	longConnection: 'callbackLongConnection',
	url: 'callbackUrlMode',
} as const;

type Known = Pick<CallbackConfiguration, 'mode' | 'url' | 'encrypt_key'>;

/** Where the app's presses go, as Feishu's developer console asks for it (事件与回调). */
function CallbackForm({ app: { app_id, callback } }: { app: App }): JSX.Element {
	const { t } = useLanguage();
	const [form, setForm] = useState<Known>(callback);
	const [outcome, setOutcome] = useState<{ isGood: boolean; text: string }>();
	const connections = useOpenConnections(app_id);
	const change = (part: Partial<Known>) => {
		setForm({ ...form, ...part });
		setOutcome(undefined);
	};
	return (
		<form
			class="callback-form"
			data-testid="callback-form"
			onSubmit={(event) => {
				event.preventDefault();
				void save(app_id, form, t).then(setOutcome);
			}}
		>
			<label>
				<span>{t('callbackMode')}</span>
				<select
					value={form.mode}
					data-testid="callback-mode"
					onChange={(event) => change({ mode: event.currentTarget.value as Known['mode'] })}
				>
					{Object.entries(MODES).map(([mode, text]) => (
						<option key={mode} value={mode}>
							{t(text)}
						</option>
					))}
				</select>
			</label>
			<label>
				<span>{t('callbackUrl')}</span>
				<input
					type="url"
					value={form.url}
					placeholder="http://localhost:5678/webhook/…/feishu"
					data-testid="callback-url"
					onInput={(event) => change({ url: event.currentTarget.value })}
				/>
			</label>
			<label>
				<span>Encrypt Key</span>
				<input
					type="text"
					value={form.encrypt_key}
					autocomplete="off"
					data-testid="callback-encrypt-key"
					onInput={(event) => change({ encrypt_key: event.currentTarget.value })}
				/>
			</label>
			<dl>
				<Copyable what="Verification Token" text={callback.verification_token} />
			</dl>
			<div class="callback-save">
				<button type="submit" class="button" data-testid="callback-save">
					{t('callbackSave')}
				</button>
				<span class="hint" data-testid="open-connections">
					{t('openConnections', { count: connections })}
				</span>
			</div>
			<p
				role="status"
				class={`callback-outcome ${outcome?.isGood ? 'good' : 'bad'}`}
				data-testid="callback-outcome"
			>
				{outcome?.text}
			</p>
		</form>
	);
}

async function save(
	app_id: string,
	form: Known,
	t: Translate,
): Promise<{ isGood: boolean; text: string }> {
	try {
		const { mode, url, encrypt_key } = form;
		const answer = await sandbox.changeCallback(app_id, { mode, url, encrypt_key });
		const { verification } = answer;
		if (!verification) return { isGood: true, text: t('callbackSaved') };
		if (verification.ok) return { isGood: true, text: t('callbackVerified') };
		const reason = verification.failure ? t(verification.failure.reason) : '';
		return { isGood: false, text: t('callbackRefused', { reason }) };
	} catch (error) {
		return { isGood: false, text: t('actionFailed', { message: (error as Error).message }) };
	}
}

/** How many long connections the app has now: looked at again when the page is. */
function useOpenConnections(app_id: string): number {
	const [count, setCount] = useState(0);
	useEffect(() => {
		const read = () =>
			void sandbox
				.longConnections({ app_id, isOpen: true })
				.then(({ connections }) => setCount(connections.length))
				.catch(() => undefined);
		read();
		window.addEventListener('focus', read);
		return () => window.removeEventListener('focus', read);
	}, [app_id]);
	return count;
}
