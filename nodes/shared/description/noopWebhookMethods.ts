/** For a webhook that is registered only in n8n: no call to Feishu creates or deletes it. */
export const noopWebhookMethods = {
	async checkExists(): Promise<boolean> {
		return true;
	},
	async create(): Promise<boolean> {
		return true;
	},
	async delete(): Promise<boolean> {
		return true;
	},
};
