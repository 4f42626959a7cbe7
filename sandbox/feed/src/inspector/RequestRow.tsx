import { Component, type JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import type { RecordedRequest, RequestSummary } from '../../../feishu/src/client';
import { type Translate, useLanguage } from '../appearance/language';
import { sandbox } from '../sandbox/api';
import { useName } from '../sandbox/people';
import { Json } from './Json';
import { formatExactTime, Row, type Tone } from './Row';
import { hasFailed } from './traffic';

/** A call to the sandbox's Feishu. Rendered again only when it changed. */
export class RequestRow extends Component<{ request: RequestSummary }> {
	override shouldComponentUpdate(next: { request: RequestSummary }): boolean {
		return next.request !== this.props.request;
	}

	override render({ request }: { request: RequestSummary }): JSX.Element {
		return <RequestLine request={request} />;
	}
}

function RequestLine({ request }: { request: RequestSummary }): JSX.Element {
	const { language, t } = useLanguage();
	const { number, operation, method, path, status, code, outcome, fault } = request;
	const { recipients, failedRecipients, receivedAt, answeredAt } = request;
	const people = recipients === 1 ? t('recipientsOne') : t('recipients', { count: recipients });
	return (
		<Row
			testId="request"
			tone={toneOf(request)}
			direction="in"
			data={{
				'data-number': number,
				'data-operation': operation,
				'data-status': status,
				'data-code': code,
				'data-outcome': outcome,
			}}
			first={
				<>
					<span class="row-name">{operation ?? t('unknownPath')}</span>
					<span class="row-status">{statusText(request, t)}</span>
				</>
			}
			second={
				<>
					<time>{formatExactTime(receivedAt, language)}</time>
					{answeredAt !== undefined && <span>{Math.round(answeredAt - receivedAt)} ms</span>}
					{recipients > 0 && <span>{people}</span>}
					{failedRecipients > 0 && (
						<span class="row-problem">{t('recipientsFailed', { count: failedRecipients })}</span>
					)}
					{code !== undefined && code !== 0 && (
						<span class="row-problem">{problemOf(request)}</span>
					)}
					{fault && <span class="row-problem">{t('fault', { kind: fault })}</span>}
				</>
			}
		>
			{() => (
				<>
					<p class="row-path">
						<strong>{method}</strong> {path}
					</p>
					<RequestDetails key={outcome} number={number} />
				</>
			)}
		</Row>
	);
}

function toneOf(request: RequestSummary): Tone {
	if (request.outcome === 'pending') return 'pending';
	if (!hasFailed(request)) return 'good';
	return request.code === 0 && request.outcome === 'answered' ? 'warning' : 'bad';
}

const OUTCOME_TEXTS = {
	pending: 'pending',
	dropped: 'dropped',
	cutOff: 'cutOff',
	abandoned: 'abandoned',
} as const;

function statusText({ outcome, status }: RequestSummary, t: Translate): string {
	if (outcome === 'answered' || outcome === 'refused') return String(status);
	return t(OUTCOME_TEXTS[outcome]);
}

function problemOf({ code, msg }: RequestSummary): string {
	return msg ? `${code} ${msg}` : String(code);
}

/** Bodies are asked for only when somebody looks at them. */
function RequestDetails({ number }: { number: number }): JSX.Element {
	const { t } = useLanguage();
	const [request, setRequest] = useState<RecordedRequest | null>();
	useEffect(() => {
		let isWanted = true;
		sandbox
			.requests({ after: number - 1, limit: 1 })
			.then(([found]) => {
				// After a reset another may have this number, or none.
				if (isWanted) setRequest(found?.number === number ? found : null);
			})
			.catch(() => isWanted && setRequest(null));
		return () => void (isWanted = false);
	}, [number]);
	if (request === undefined) return <p class="hint">{t('loading')}</p>;
	if (request === null) return <p class="hint">{t('forgotten')}</p>;
	const ids = recipientsIn(request.body);
	return (
		<>
			{ids.length > 0 && <RecipientNames ids={ids} />}
			{hasEntries(request.query) && <Json label={t('requestQuery')} value={request.query} />}
			<Json label={t('requestBody')} value={request.body ?? request.rawBody} />
			<Json label={t('answerBody')} value={request.responseBody ?? request.rawResponse} />
		</>
	);
}

function hasEntries(query: object): boolean {
	return Object.keys(query).length > 0;
}

/** The user IDs in a call, each once. */
function recipientsIn(body: unknown): string[] {
	const { user_ids, feed_cards } = (body ?? {}) as {
		user_ids?: unknown;
		feed_cards?: unknown;
	};
	const inCards = Array.isArray(feed_cards)
		? feed_cards.map((card) => (card as { user_id?: unknown } | null)?.user_id)
		: [];
	const ids = [...(Array.isArray(user_ids) ? (user_ids as unknown[]) : []), ...inCards];
	return [...new Set(ids.filter((id): id is string => typeof id === 'string'))];
}

function RecipientNames({ ids }: { ids: readonly string[] }): JSX.Element {
	const { t } = useLanguage();
	const [isShown, setShown] = useState(false);
	if (!isShown) {
		return (
			<button type="button" class="text-button" onClick={() => setShown(true)}>
				{t('showNames')}
			</button>
		);
	}
	return (
		<ul class="chips" aria-label={t('recipientList')} data-testid="recipients">
			{ids.map((id) => (
				<RecipientName key={id} id={id} />
			))}
		</ul>
	);
}

function RecipientName({ id }: { id: string }): JSX.Element {
	return (
		<li class="chip" title={id}>
			{useName(id) ?? id}
		</li>
	);
}
