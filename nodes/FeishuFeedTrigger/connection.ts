import type { INodeProperties, INodeTypeDescription } from 'n8n-workflow';

import { inVersion1, sinceVersion1_1 } from '../shared/description/shownWhen';

const CONNECTION: INodeProperties = {
	displayName: 'Connection',
	name: 'connection',
	type: 'options',
	options: [
		{
			name: 'Long Connection (长连接)',
			value: 'longConnection',
			description:
				'The connection goes from n8n to Feishu and stays open, so n8n needs no public address. For custom apps.',
		},
		{
			name: 'Webhook',
			value: 'webhook',
			description:
				'Feishu calls n8n, which must be reachable from the internet. For custom and store apps.',
		},
	],
	default: 'longConnection',
	description: "How presses reach n8n. Choose the same in your app's developer console.",
};

/** How presses reach n8n, and what to do for it in Feishu's developer console. */
export const connectionFields: INodeProperties[] = [
	sinceVersion1_1(CONNECTION),
	inVersion1({ ...CONNECTION, default: 'webhook' }),
	{
		displayName:
			'Do this once for each app, in Feishu\'s <a href="https://open.feishu.cn/app" target="_blank">developer console</a> (开发者后台) → Events & Callbacks (事件与回调) → Callback Configuration (回调配置): as Subscription Mode (订阅方式) choose Receive callbacks through persistent connection (使用长连接接收回调), and save it while this workflow is published or executing, since n8n must be connected. Then Add Callback (添加回调): Card Action Trigger (卡片回传交互), and publish a version of the app.',
		name: 'longConnectionNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { connection: ['longConnection'] } },
	},
	{
		displayName:
			'Do this once for each app, in Feishu\'s <a href="https://open.feishu.cn/app" target="_blank">developer console</a> (开发者后台) → Events & Callbacks (事件与回调): under Encryption Strategy (加密策略), copy the Encrypt Key and the Verification Token into the credential. Publish this workflow. Then, under Callback Configuration (回调配置), choose Send callbacks to developer\'s server (将回调发送至开发者服务器), enter the Production URL above as the Request URL (请求地址), and save. Add Callback (添加回调): Card Action Trigger (卡片回传交互), and publish a version of the app.',
		name: 'webhookNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { connection: ['webhook'] } },
	},
];

const WHILE_BUILDING =
	'<b>While you build the workflow</b>, click Execute step, then press a button in Feishu (飞书) that sends a callback. What it sends appears here.<br><br>With the long connection (长连接), n8n connects to Feishu when you click. With a webhook, Feishu must know the Test URL: enter it as the Request URL (请求地址) in the developer console, and save it there after you clicked.<br><br>Nothing arrives? The developer console names the same way to receive callbacks as Connection does, the app is subscribed to Card Action Trigger (卡片回传交互), and that version of the app is published.';
const EXECUTIONS_LIST =
	"These executions are in the <a data-key='executions'>executions list</a>, not in the editor.";

/** What the editor says beside the form, whichever way presses come: n8n takes no expression here. */
export const triggerPanel: INodeTypeDescription['triggerPanel'] = {
	header: 'Press a button in Feishu to see what arrives',
	executionsHelp: {
		inactive: `${WHILE_BUILDING}<br><br><b>When the workflow is ready</b>, publish it: from then on, every press starts it. ${EXECUTIONS_LIST}`,
		active: `${WHILE_BUILDING}<br><br><b>The workflow is published</b>, so every press starts it as well. ${EXECUTIONS_LIST}`,
	},
	activationHint: {
		inactive: 'When the workflow is ready, publish it: every press then starts it.',
		active: 'The workflow is published: every press starts it as well.',
	},
};
