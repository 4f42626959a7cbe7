import { ERROR_CODES } from '../../nodes/shared/api/errorCodes';
import type { Concern, KnownErrorCode } from '../../nodes/shared/api/errorCodes';
import { IMAGE_LIMITS, mostPixels } from '../../nodes/shared/validation/images';
import type { Language } from './limits';
import { code, plain, table } from './markdown';

const HEADINGS: Record<Language, string[]> = {
	en: ['`code`', 'Whom it concerns', 'What to do'],
	'zh-CN': ['`code`', '影响谁', '怎么办'],
};

/** Whom a code concerns, and what the node does about it, in the order of the table. */
const CONCERNS: Record<Concern, Record<Language, string>> = {
	recipients: {
		en: 'Some of the IDs in the call: only they fail',
		'zh-CN': '请求中的某些 ID：只有这些人失败，其他人照常发送',
	},
	chat: { en: 'The chat', 'zh-CN': '群聊' },
	department: { en: 'The department', 'zh-CN': '部门' },
	image: { en: 'The picture: the items that have it fail', 'zh-CN': '图片：用到它的数据项失败' },
	request: {
		en: 'What was asked for, or some of the IDs: then only they fail',
		'zh-CN': '请求的内容，或其中的某些 ID；如果是 ID，只有这些人失败',
	},
	token: {
		en: 'The access token: the node gets a new one and repeats the call',
		'zh-CN': 'token：节点会获取新的 token，再重发请求',
	},
	app: {
		en: 'The whole app: the node makes no further calls',
		'zh-CN': '整个应用：节点不再发出请求',
	},
	moment: {
		en: 'Nobody: the node has waited and tried again',
		'zh-CN': '与任何人无关：节点已经等待并重试过',
	},
};

const CHECK_PERSON = '把已离职的人从名单里去掉，并确认每个 ID 都是 User ID Type 所选的类型';
const OTHER_TENANT = '把其他企业的人从名单里去掉，并检查凭证';
const CHECK_CHAT = '检查群 ID，并确认这个群还在';
const ADD_BOT = '把应用的机器人加进群里，或检查群 ID';
const CHECK_FIELDS = '检查节点的各个字段';
const CHECK_APP = '检查凭证里的应用';
const SLOW_DOWN = '稍等片刻，或减少同时发送的工作流';
const TRY_LATER = '稍后再试';

/** What to do about each code, for the Chinese page. The English page has what the node itself says. */
const CHINESE_ADVICE: Record<KnownErrorCode, string> = {
	99992351: CHECK_PERSON,
	99992352: CHECK_PERSON,
	99992353: CHECK_PERSON,
	99992354: CHECK_PERSON,
	99992359: CHECK_PERSON,
	99992360: CHECK_PERSON,
	99992361: 'open_id 只在获取它的应用里有效：请用凭证里的应用重新查询这些人',
	99992363: OTHER_TENANT,
	99992364: OTHER_TENANT,
	99992381: OTHER_TENANT,
	99992355: CHECK_CHAT,
	99992356: CHECK_CHAT,
	230027: ADD_BOT,
	232006: CHECK_CHAT,
	232011: ADD_BOT,
	40004: '在开发者后台扩大应用的通讯录权限范围，并发布新版本',
	40015: '检查部门 ID，并确认这个部门还在',
	234006: `把图片缩小：飞书最多接受 ${IMAGE_LIMITS.megabytes} MB`,
	234010: '换一张不为空的图片',
	234011: '把图片转换成 PNG 或 JPEG',
	234039: `把图片缩小：飞书最多接受 ${mostPixels('message')} 像素，头像 ${mostPixels('avatar')}，GIF ${mostPixels('gif')}`,
	230001: CHECK_FIELDS,
	99992402: CHECK_FIELDS,
	9499: CHECK_FIELDS,
	10001: CHECK_FIELDS,
	10003: CHECK_FIELDS,
	1000002: CHECK_FIELDS,
	99991661: CHECK_APP,
	99991663: CHECK_APP,
	99991664: CHECK_APP,
	99991665: CHECK_APP,
	99991668: CHECK_APP,
	99991671: CHECK_APP,
	99991677: CHECK_APP,
	99991401: '在开发者后台的“安全设置”里，把 n8n 的 IP 地址加入应用的 IP 白名单',
	99991403: '本月的调用次数已用完：等到下个月，或请管理员购买更多',
	99991662: '应用已停用：请管理员在飞书管理后台启用',
	99991673: '企业没有安装这个应用：请管理员安装，并检查凭证里的 Tenant Key',
	99991672: '在开发者后台开通缺少的权限，并发布新版本',
	99991400: SLOW_DOWN,
	1000004: SLOW_DOWN,
	1000005: SLOW_DOWN,
	190005: SLOW_DOWN,
	232019: SLOW_DOWN,
	11232: SLOW_DOWN,
	11233: SLOW_DOWN,
	11247: SLOW_DOWN,
	1500: TRY_LATER,
	5000: TRY_LATER,
	1503: TRY_LATER,
	1642: TRY_LATER,
	1663: TRY_LATER,
	1668: TRY_LATER,
	2200: TRY_LATER,
	10101: TRY_LATER,
	10500: TRY_LATER,
	1000003: TRY_LATER,
	190003: TRY_LATER,
};

/** Every code of Feishu's that the node knows, with whom it concerns and what to do; codes with the same advice share a row. */
export function errorCodes(language: Language): string {
	const rows = Object.keys(CONCERNS).flatMap((concern) => {
		const codesByAdvice = new Map<string, string[]>();
		for (const [known, { concerns, advice: english }] of Object.entries(ERROR_CODES)) {
			if (concerns !== concern) continue;
			const advice = language === 'en' ? english : CHINESE_ADVICE[Number(known) as KnownErrorCode];
			codesByAdvice.set(advice, [...(codesByAdvice.get(advice) ?? []), known]);
		}
		return [...codesByAdvice].map(([advice, codes]) => [
			codes.map(code).join(', '),
			CONCERNS[concern as Concern][language],
			plain(advice.charAt(0).toUpperCase() + advice.slice(1)),
		]);
	});
	return table(HEADINGS[language], rows);
}
