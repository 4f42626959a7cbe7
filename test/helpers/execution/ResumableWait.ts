import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { FeishuFeedWait } from '../../../nodes/FeishuFeedWait/FeishuFeedWait.node';

/** The hidden node, in an execution that n8n could resume. */
export class ResumableWait extends FeishuFeedWait {
	/** Until when the latest execution was to sleep, if it was. */
	static sleepsUntil?: Date;
	/** What the latest execution warned of. */
	static warnings: string[] = [];

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		ResumableWait.sleepsUntil = undefined;
		ResumableWait.warnings = [];
		this.getSignedResumeUrl = (parameters = {}) =>
			`https://n8n.example.com/webhook-waiting/1/2?${String(new URLSearchParams({ ...parameters, signature: '2' }))}`;
		this.putExecutionToWait = async (until) => void (ResumableWait.sleepsUntil = until);
		this.logger.warn = (message) => void ResumableWait.warnings.push(message);
		return await FeishuFeedWait.prototype.execute.call(this);
	}
}
