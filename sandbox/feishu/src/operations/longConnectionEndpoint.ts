import type { Answer } from '../answers';
import { ENDPOINT_CODES } from '../longConnection/longConnections';
import { compile } from '../validation';
import type { TokenOperation } from './operation';

const endpointBody = compile<{ AppID: string; AppSecret: string }>({
	type: 'object',
	required: ['AppID', 'AppSecret'],
	properties: { AppID: { type: 'string' }, AppSecret: { type: 'string' } },
});

/** Feishu reference: "Receive events through a long connection": where to open the WebSocket. */
export const longConnectionEndpoint: TokenOperation = {
	name: 'longConnection.endpoint',
	method: 'POST',
	path: '/callback/ws/endpoint',
	perform({ sandbox, body, host }) {
		const app = endpointBody(body) ? sandbox.apps.get(body.AppID) : undefined;
		if (!app || (body as { AppSecret: string }).AppSecret !== app.app_secret) {
			return refusal(ENDPOINT_CODES.authFailed, 'auth failed');
		}
		if (app.type === 'store') {
			return refusal(ENDPOINT_CODES.forbidden, 'store apps have no long connection');
		}
		if (!sandbox.longConnections.hasRoom(app.app_id)) {
			return refusal(
				ENDPOINT_CODES.tooManyConnections,
				'the number of connections exceeded the limit',
			);
		}
		const data = {
			URL: sandbox.longConnections.issueUrl(app.app_id, host),
			ClientConfig: sandbox.settings.longConnection.clientConfig,
		};
		return { status: 200, body: { code: 0, msg: 'success', data } };
	},
};

/** With `data`, since the official SDK looks into it before it looks at the code. */
function refusal(code: number, msg: string): Answer {
	return { status: 200, body: { code, msg, data: {} } };
}
