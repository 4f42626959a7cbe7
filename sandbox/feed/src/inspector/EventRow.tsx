import type { JSX } from 'preact';

import type { PushedEvent } from '../../../feishu/src/client';
import { type Translate, useLanguage } from '../appearance/language';
import { useName } from '../sandbox/people';
import { useStore } from '../store';
import { shownEvent } from './inspectorState';
import { Json } from './Json';
import { formatExactTime, Row, type Tone } from './Row';
import { eventHasFailed } from './traffic';

type Attempt = PushedEvent['attempts'][number];

/** A callback or event from the sandbox's Feishu to an app. */
export function EventRow({ event }: { event: PushedEvent }): JSX.Element {
	const { language, t } = useLanguage();
	const isLookedAt = useStore(shownEvent, (number) => number === event.number);
	const { number, event_type, state, open_id, createdAt, attempts, body } = event;
	const name = useName(open_id ?? '') ?? open_id;
	const last = attempts.at(-1);
	const took = last?.answeredAt === undefined ? undefined : last.answeredAt - last.sentAt;
	return (
		<Row
			testId="event"
			tone={toneOf(event)}
			direction="out"
			isOpenAtFirst={isLookedAt}
			data={{ 'data-number': number, 'data-event-type': event_type, 'data-state': state }}
			first={
				<>
					<span class="row-name">{event_type}</span>
					<span class="row-status">{statusText(event, last, t)}</span>
				</>
			}
			second={
				<>
					<time>{formatExactTime(createdAt, language)}</time>
					{took !== undefined && <span>{Math.round(took)} ms</span>}
					{name && <span>{t('pressedBy', { name })}</span>}
					{last?.failure && <span class="row-problem">{last.failure.message}</span>}
				</>
			}
		>
			{() => (
				<>
					<section>
						<h4>{t('deliveries')}</h4>
						<ol class="deliveries">
							{attempts.map((attempt) => (
								<Delivery key={attempt.number} attempt={attempt} />
							))}
						</ol>
					</section>
					<Json label={t('requestBody')} value={body} />
					{last && <Json label={t('answerBody')} value={last.answer ?? last.wrongAnswer} />}
				</>
			)}
		</Row>
	);
}

function toneOf(event: PushedEvent): Tone {
	if (event.state === 'underWay') return 'pending';
	return eventHasFailed(event) ? 'bad' : 'good';
}

function statusText({ state }: PushedEvent, last: Attempt | undefined, t: Translate): string {
	if (state === 'underWay') return t('pending');
	return last?.failure?.reason ?? String(last?.status ?? '');
}

function Delivery({ attempt }: { attempt: Attempt }): JSX.Element {
	const { language, t } = useLanguage();
	const { number, via, url = '', connection = 0, sentAt, failure } = attempt;
	const way =
		via === 'url'
			? t('viaUrl', { url })
			: via === 'longConnection'
				? t('viaLongConnection', { number: connection })
				: t('viaNothing');
	return (
		<li>
			{t('delivery', { number })} · {formatExactTime(sentAt, language)} · {way}
			{failure && <span class="row-problem"> {failure.message}</span>}
		</li>
	);
}
