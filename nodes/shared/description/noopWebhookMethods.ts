/** The life of a webhook that is registered nowhere but in n8n. */
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
