import { FeishuSandboxClient } from '../../../feishu/src/client';

/** The control API of the sandbox that serves this page. */
export const sandbox = new FeishuSandboxClient(location.origin);
