import type {
	IExecuteFunctions,
	IHttpRequestMethods,
	ILoadOptionsFunctions,
	ITriggerFunctions,
	IWebhookFunctions,
} from 'n8n-workflow';

import { STOPPED } from './failures';
import type { Failure } from './failures';
import { readResponse } from './responses';
import type { ApiResponse, HttpResponse } from './responses';
import { redact, secretFormsOf, sentSecretsOf } from './secrets';
import { TENANT_CREDENTIAL, baseUrlOf, currentAccessToken, tokenErrorOf } from './tenantCredential';
import type { TenantCredential, TokenError } from './tenantCredential';

/** One call of Feishu's API. */
export interface FeishuRequest {
	method: IHttpRequestMethods;
	/** Below the credential's base URL. */
	path: string;
	query?: Record<string, string | number>;
	body?: object;
	/** The fields of a multipart form, in place of a body. */
	form?: Record<string, string | FormFile>;
	/** Named in the advice when a scope is missing. */
	scopes: string[];
}

/** A file in a multipart form. */
export interface FormFile {
	name: string;
	/** Such as image/png. */
	mediaType: string;
	bytes: Buffer;
}

/** How long to wait for an answer, in milliseconds. */
const RESPONSE_TIMEOUT_MS = 20_000;
/** The same after a form, whose files take their time on a slow line. */
const FORM_RESPONSE_TIMEOUT_MS = 120_000;

/**
 * Waits until an attempt may be made; false when none is to be made any more.
 *
 * @param isUrgent true when other calls wait for this one
 */
export type AcquireSlot = (isUrgent: boolean) => Promise<boolean>;

type N8nContext = IExecuteFunctions | ILoadOptionsFunctions | ITriggerFunctions | IWebhookFunctions;

/**
 * Calls Feishu's API as the app of the credential, through n8n's own HTTP client.
 * A token that Feishu refuses is renewed once, however many calls were refused with it,
 * and the calls are repeated. It throws for nothing that Feishu or the network does.
 */
export class FeishuClient {
	/** Settles when the renewal under way is over; gives why there is no new token, if so. */
	private renewal?: Promise<Failure | undefined>;

	/** The forms of the secrets that calls with a token send. */
	private sentForms?: { accessToken: string; forms: string[] };

	private constructor(
		private readonly context: N8nContext,
		private readonly credential: TenantCredential,
		private readonly credentialReference: { id: string; name: string },
	) {}

	/**
	 * Reads the credential of the node, once for all calls.
	 *
	 * @throws {TokenError} when the credential's base URL is not allowed
	 */
	static async open(context: N8nContext): Promise<FeishuClient> {
		const credential = await context.getCredentials<TenantCredential>(TENANT_CREDENTIAL);
		baseUrlOf(credential);
		const { id, name } = context.getNode().credentials?.[TENANT_CREDENTIAL] ?? {};
		// A copy, since n8n writes a new token into what it is given.
		const copy = { ...credential, accessToken: currentAccessToken(credential) };
		return new FeishuClient(context, copy, { id: id ?? '', name: name ?? '' });
	}

	/** Names the app and tenant that Feishu counts rate limits for. Holds no secret. */
	get rateLimitScope(): string {
		const { appId, appType, tenantKey } = this.credential;
		return [baseUrlOf(this.credential), appId, appType === 'store' ? tenantKey : ''].join(' ');
	}

	/**
	 * Makes one call.
	 *
	 * @param acquireSlot called right before each attempt: the repetition with a new token is one of its own
	 */
	async call(
		request: FeishuRequest,
		acquireSlot: AcquireSlot = async () => true,
	): Promise<ApiResponse> {
		const first = await this.callWithToken(request, acquireSlot);
		if (first.answer.failure?.kind !== 'token') return first.answer;
		return (await this.callWithToken(request, acquireSlot, first.token)).answer;
	}

	/** Makes a call with the newest token; when there is none but the refused one, with a new one. */
	private async callWithToken(
		request: FeishuRequest,
		acquireSlot: AcquireSlot,
		refused = '',
	): Promise<{ answer: ApiResponse; token: string }> {
		for (;;) {
			const failure = await this.renewal;
			if (failure !== undefined) return { answer: { failure }, token: refused };
			if (this.renewal !== undefined) continue;
			const token = this.credential.accessToken;
			if (token === refused) {
				const answer = await this.leadRenewal(request, refused, acquireSlot);
				return { answer, token: this.credential.accessToken };
			}
			if (!(await acquireSlot(false))) return { answer: { failure: STOPPED }, token };
			// A renewal may have begun before the turn came: then the call takes another one after it.
			if (this.renewal !== undefined) continue;
			const { accessToken } = this.credential;
			return { answer: await this.send(request, this.credential), token: accessToken };
		}
	}

	/** Makes a call that has n8n fetch and store a new token; other calls wait for it. */
	private async leadRenewal(
		request: FeishuRequest,
		refused: string,
		acquireSlot: AcquireSlot,
	): Promise<ApiResponse> {
		const answer = (async () => {
			// Another execution may have stored a newer token since this one began.
			const { stored, failure } = await this.readStored();
			if (failure !== undefined) return { failure };
			// All other calls wait for the new token, so none of them may be before this one.
			if (!(await acquireSlot(true))) return { failure: STOPPED };
			// Somebody may have edited the credential since: what is stored must have been made with what this run has.
			const { accessTokenOrigin } = stored;
			const storedToken = currentAccessToken({
				...this.credential,
				accessToken: stored.accessToken,
				accessTokenOrigin,
			});
			const accessToken = storedToken === refused ? '' : storedToken;
			// n8n makes a token where there is none, and writes it into what it is given.
			const credential = { ...this.credential, accessToken, accessTokenOrigin };
			const firstAnswer = await this.send(request, credential);
			if (credential.accessToken) {
				this.credential.accessToken = credential.accessToken;
				this.credential.accessTokenOrigin = credential.accessTokenOrigin;
			}
			return firstAnswer;
		})();
		this.renewal = answer.then(({ failure }) =>
			failure?.kind === 'noToken' ? failure : undefined,
		);
		try {
			return await answer;
		} finally {
			this.renewal = undefined;
		}
	}

	/** Reads the credential once more. Somebody may have deleted it: then the run still tells whom it reached. */
	private async readStored(): Promise<
		{ stored: TenantCredential; failure?: undefined } | { stored?: undefined; failure: Failure }
	> {
		try {
			return { stored: await this.context.getCredentials<TenantCredential>(TENANT_CREDENTIAL) };
		} catch (error) {
			const reason = `n8n could not read the credential any more (${(error as Error).message})`;
			const advice = 'choose a credential in the node, then run it again';
			return { failure: { kind: 'noToken', retryable: true, reason, advice } };
		}
	}

	private async send(
		{ method, path, query, body, form, scopes }: FeishuRequest,
		credential: TenantCredential,
	): Promise<ApiResponse> {
		try {
			const response = (await this.context.helpers.httpRequestWithAuthentication.call(
				this.context,
				TENANT_CREDENTIAL,
				{
					method,
					url: path,
					qs: query,
					// A new one for each attempt, since what was sent may have been used up. Its type is set on sending.
					...(form
						? { body: multipartForm(form), timeout: FORM_RESPONSE_TIMEOUT_MS }
						: {
								body,
								headers: { 'Content-Type': 'application/json; charset=utf-8' },
								timeout: RESPONSE_TIMEOUT_MS,
							}),
					json: true,
					returnFullResponse: true,
					ignoreHttpStatusErrors: true,
					// Feishu's API never redirects, and the token goes nowhere else.
					disableFollowRedirect: true,
				},
				{
					credentialsDecrypted: {
						...this.credentialReference,
						type: TENANT_CREDENTIAL,
						data: credential,
					},
				},
			)) as HttpResponse;
			// A server may repeat what it was sent. n8n has written a new token into the credential that it was given.
			return redact(readResponse(response, { scopes }), this.secretFormsOf(credential));
		} catch (error) {
			if (this.isStopped()) return { failure: STOPPED };
			return { failure: readRequestError(error as Error, tokenErrorOf(credential)) };
		}
	}

	/** Made anew only for a new token: most calls of a run send the same secrets. */
	private secretFormsOf(credential: TenantCredential): string[] {
		const { accessToken } = credential;
		if (this.sentForms?.accessToken !== accessToken) {
			this.sentForms = { accessToken, forms: secretFormsOf(sentSecretsOf(credential)) };
		}
		return this.sentForms.forms;
	}

	private isStopped(): boolean {
		const { context } = this;
		return 'getExecutionCancelSignal' in context && !!context.getExecutionCancelSignal()?.aborted;
	}
}

function multipartForm(fields: NonNullable<FeishuRequest['form']>): FormData {
	const form = new FormData();
	for (const [name, value] of Object.entries(fields)) {
		if (typeof value === 'string') form.append(name, value);
		else form.append(name, new Blob([value.bytes], { type: value.mediaType }), value.name);
	}
	return form;
}

/** Node's name for what went wrong. Errors of n8n before 2.36 have it only in the texts of what caused them. */
function networkErrorOf(error: Error & { messages?: string[] }): string | undefined {
	const { code } = (error.cause ?? error) as { code?: string };
	const texts = error.messages?.join(' ') ?? '';
	return code ?? Object.keys(NETWORK_ERRORS).find((name) => texts.includes(name));
}

const NETWORK_ERRORS: Record<string, string> = {
	ECONNREFUSED: 'Feishu refused the connection',
	ENOTFOUND: "Feishu's address could not be found",
	EAI_AGAIN: "Feishu's address could not be found",
	ECONNABORTED: 'Feishu did not answer in time',
	ETIMEDOUT: 'Feishu did not answer in time',
};

/** The request of such an error holds the token, so only what it says of its cause is read, never passed on. */
function readRequestError(error: Error, tokenError?: TokenError): Failure {
	if (tokenError !== undefined) {
		const { message, feishuCode, retryable } = tokenError;
		return { kind: 'noToken', reason: message, code: feishuCode, retryable };
	}
	return {
		kind: 'unanswered',
		reason: NETWORK_ERRORS[networkErrorOf(error) ?? ''] ?? 'the connection to Feishu broke off',
		advice: 'check the network and the base URL in the credential, then try again',
	};
}
