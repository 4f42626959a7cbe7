import type { Scenario, ScenarioTrigger } from '../feishu/src';
import { PEOPLE } from './people';

/** How to walk through a workflow of `workflows/`; its `id` is the name of the file, without `.json`. */
export interface Guide extends Omit<Scenario, 'workflow' | 'triggers'> {
	/**
	 * What systems outside post, each to the Webhook node with this path; in the Chinese workflow, `zh/` comes before it.
	 * A value `{ zh, en }` in the body stands for the one in the language of the page. Of the first step by default.
	 */
	triggers: Array<
		Omit<ScenarioTrigger, 'url' | 'body' | 'step'> & {
			path: string;
			body: Record<string, unknown>;
			step?: number;
		}
	>;
}

const { liFang, wuJie, zhangXiuying, liuMin, chenJing, huMing, luoYutong } = PEOPLE;
const { yangLei, zhuChao, liangHaoran, zhaoYang, zhaoJunjie } = PEOPLE;

/**
 * The scenarios and the templates, in the order in which they are shown.
 * @param staff e-mail addresses of everybody in the company
 */
export function guides(staff: string[]): Guide[] {
	return [
		{
			id: 'attendance',
			kind: 'scenario',
			title: { zh: '考勤打卡提醒', en: 'Attendance' },
			about: {
				zh: '上班打卡总有人忘。上班前十分钟，卡片在每个人的消息列表里置顶，点一下就打卡，打完自动取消置顶。',
				en: 'People forget to clock in. Ten minutes before the shift, a card is pinned at the top of their list: one press clocks in and unpins it.',
			},
			people: [yangLei, zhuChao, liangHaoran],
			steps: [
				{
					zh: '点“现在 8:50”：本班六位同事的列表顶部都出现卡片。',
					en: 'Press “It is 8:50”: all six people on the shift get a pinned card.',
				},
				{
					zh: '以杨磊的身份点“打卡”：只有他的卡片取消置顶，变为“已打卡”；其他人的卡片仍然置顶。',
					en: 'Press “Clock in” as 杨磊 Yang Lei: only his card is unpinned and says Done. The others’ cards stay pinned.',
				},
			],
			triggers: [
				{
					id: 'shift',
					label: { zh: '现在 8:50', en: 'It is 8:50' },
					path: 'attendance',
					body: {},
				},
			],
		},
		{
			id: 'meeting',
			kind: 'scenario',
			title: { zh: '重要日程提醒', en: 'Important meeting' },
			about: {
				zh: '日程太多记不住。会前卡片置顶，标签显示开始时间，一键入会，散会后卡片自动移除。',
				en: 'There are too many meetings to remember. A pinned card shows the start time and opens the meeting; when the meeting is over, the card is removed.',
			},
			people: [liFang, wuJie, zhangXiuying],
			steps: [
				{
					zh: '点“会议开始”：李芳和吴杰的列表顶部出现卡片；张秀英没有被邀请，不会收到。',
					en: 'Press “A meeting begins”: 李芳 Li Fang and 吴杰 Wu Jie get a pinned card. 张秀英 Zhang Xiuying, who is not invited, gets none.',
				},
				{ zh: '点“入会”：打开会议页面。', en: 'Press “Join”: it opens the page of the meeting.' },
				{
					zh: '等 20 秒：会议结束，卡片自动移除。',
					en: 'Wait 20 seconds: the meeting is over, and the cards are removed.',
				},
			],
			triggers: [
				{
					id: 'begins',
					label: { zh: '会议开始', en: 'A meeting begins' },
					path: 'meeting',
					body: {
						title: { zh: '门店周会', en: 'Weekly meeting of the shops' },
						link: 'https://example.com/meetings/weekly',
						people: [liFang, wuJie],
					},
				},
			],
		},
		{
			id: 'complaint',
			kind: 'scenario',
			title: { zh: '投诉差评处理', en: 'Complaint or bad review' },
			about: {
				zh: '投诉容易淹没在消息里。客服群里每个人都收到红色置顶卡片并语音播报，谁先点“接手”就归谁，其他人的卡片随即移除。',
				en: 'Complaints get lost among messages. Everybody in the team’s group gets a pinned red card that is read aloud; whoever takes it first owns it, and the others’ cards are removed.',
			},
			people: [chenJing, huMing, luoYutong],
			steps: [
				{
					zh: '点“收到差评”：客服部群里每个人的列表顶部都出现红色卡片。',
					en: 'Press “A bad review comes in”: everybody in the group 客服部群 gets a pinned red card.',
				},
				{
					zh: '以其中一人的身份点“接手”：此人的卡片变绿，其他人的卡片移除。',
					en: 'Press “Take it” as one of them: this person’s card turns green, and the others’ are removed.',
				},
				{
					zh: '再点“已解决”：卡片移除。',
					en: 'Press “Solved”: the card is removed.',
				},
			],
			triggers: [
				{
					id: 'review',
					label: { zh: '收到差评', en: 'A bad review comes in' },
					path: 'complaint',
					body: {
						customer: { zh: '订单 8623', en: 'Order 8623' },
						text: { zh: '菜是冷的', en: 'The food was cold' },
						link: 'https://example.com/complaints/8623',
					},
				},
			],
		},
		{
			id: 'training',
			kind: 'scenario',
			title: { zh: '员工培训任务', en: 'Staff training' },
			about: {
				zh: '培训通知发一次就被忘了。几百名员工各有一张置顶卡片，学习系统通知谁“学完”，谁的卡片才移除。',
				en: 'A course is announced once and soon forgotten. Hundreds of people get a pinned card, and each keeps it until the course system says that this person has completed the course.',
			},
			people: [liFang, zhangXiuying, liuMin],
			steps: [
				{
					zh: `点“给全员布置课程”：学习系统发来 ${staff.length} 个邮箱，${staff.length} 名员工都收到卡片。`,
					en: `Press “A course for all staff”: the course system sends ${staff.length} e-mail addresses, and all these people get a card.`,
				},
				{
					zh: '点“开始学习”：打开课程，卡片仍然置顶。',
					en: 'Press “Start learning”: it opens the course, and the card stays pinned.',
				},
				{
					zh: '点“李芳学完了”：只有李芳的卡片移除。',
					en: 'Press “Li Fang has completed it”: only her card is removed.',
				},
			],
			triggers: [
				{
					id: 'assigned',
					label: { zh: '给全员布置课程', en: 'A course for all staff' },
					path: 'training/assigned',
					body: {
						course: 'fire-safety',
						title: { zh: '消防安全', en: 'Fire safety' },
						link: 'https://example.com/courses/fire-safety',
						until: { zh: '周五', en: 'on Friday' },
						staff,
					},
				},
				{
					id: 'completed-by-li-fang',
					label: { zh: '李芳学完了', en: 'Li Fang has completed it' },
					step: 2,
					path: 'training/completed',
					body: { course: 'fire-safety', user: 'fang.li.2@example.com' },
				},
				{
					id: 'completed-by-liu-min',
					label: { zh: '刘敏学完了', en: 'Liu Min has completed it' },
					step: 2,
					path: 'training/completed',
					body: { course: 'fire-safety', user: 'min.liu.4@example.com' },
				},
			],
		},
		{
			id: 'delivery',
			kind: 'scenario',
			title: { zh: '进货配送通知', en: 'Delivery' },
			about: {
				zh: '货到哪了要到处查。消息列表里就能看到进度，一键签收，签收后卡片移除。',
				en: 'Staff have to look up where the goods are. The message list shows how far they have come; one press signs for them and removes the card.',
			},
			people: [yangLei, zhuChao, liangHaoran],
			steps: [
				{
					zh: '点“货车出发”：门店的三位同事看到“配送中”和预计到达时间。',
					en: 'Press “The van left”: three people in the shop see “On the way” and the expected time.',
				},
				{
					zh: '点“快到了”：卡片更新，并移到最上面。',
					en: 'Press “The van is near”: the card changes and moves to the top.',
				},
				{
					zh: '以其中一人的身份点“签收”：三人的卡片都移除。',
					en: 'Press “Sign for it” as one of them: all three cards are removed.',
				},
			],
			triggers: [
				{
					id: 'left',
					label: { zh: '货车出发', en: 'The van left' },
					path: 'delivery',
					body: {
						delivery: '24',
						status: 'left',
						goods: { zh: '冷鲜 12 箱', en: 'Chilled food, 12 boxes' },
						expected: '15:30',
						driver: 'https://example.com/drivers/7',
					},
				},
				{
					id: 'near',
					label: { zh: '快到了', en: 'The van is near' },
					step: 1,
					path: 'delivery',
					body: {
						delivery: '24',
						status: 'near',
						goods: { zh: '冷鲜 12 箱', en: 'Chilled food, 12 boxes' },
						expected: '15:25',
						driver: 'https://example.com/drivers/7',
					},
				},
			],
		},
		{
			id: 'approval',
			kind: 'scenario',
			title: { zh: '审批', en: 'Approval' },
			about: {
				zh: '审批经常没人看见。审批卡片置顶，点一下就有结果；工作流一直等到有人点击，卡片随后移除，不会重复审批。',
				en: 'Approvals go unnoticed. A pinned card asks for one press; the workflow waits for it, then removes the card, so that nobody responds twice.',
			},
			people: [yangLei, zhaoYang, zhaoJunjie],
			steps: [
				{
					zh: '点“有人请假”：杨磊和赵洋收到审批卡片。',
					en: 'Press “Somebody asks for leave”: 杨磊 Yang Lei and 赵洋 Zhao Yang get a card to approve.',
				},
				{
					zh: '以其中一人的身份点“同意”或“拒绝”：两张卡片都移除，申请人赵俊杰收到结果。',
					en: 'Press “Approve” or “Decline” as one of them: both cards are removed, and 赵俊杰 Zhao Junjie, who asked, gets the result.',
				},
			],
			triggers: [
				{
					id: 'request',
					label: { zh: '有人请假', en: 'Somebody asks for leave' },
					path: 'leave-request',
					body: {
						name: { zh: '赵俊杰', en: 'Zhao Junjie' },
						open_id: zhaoJunjie,
						days: 3,
						dates: { zh: '12 月 1 日至 3 日', en: '1 to 3 December' },
						link: 'https://example.com/leave/42',
					},
				},
			],
		},
		...agents,
		...templates,
	];
}

const runIt = {
	zh: '打开工作流，点 Execute workflow，再回到这一页。',
	en: 'Open the workflow and press Execute workflow, then come back to this page.',
};

/** Who uses the agents. */
const askedBy = { reminders: zhangXiuying, refunds: zhaoJunjie };

const agents: Guide[] = [
	{
		id: 'agent-reminders',
		kind: 'scenario',
		title: { zh: '会提醒人的 AI 助手', en: 'An agent that reminds people' },
		about: {
			zh: '一句话交代给 AI 助手，它就为同事置顶提醒、修改提醒、撤回提醒。这里的模型按脚本应答，不需要账号。',
			en: 'Tell an AI agent in one sentence: it pins reminders for people, changes them and takes them back. The model follows a script here, so that no account is needed.',
		},
		people: [zhangXiuying, liFang, liuMin],
		steps: [
			{
				zh: '点“提醒交周报”：李芳和刘敏的列表顶部出现卡片，提出的张秀英收到答复。',
				en: 'Press “Remind them of the report”: 李芳 Li Fang and 刘敏 Liu Min get a pinned card, and 张秀英 Zhang Xiuying, who asked, an answer.',
			},
			{
				zh: '点“改为 19:00”：两张卡片都改了。',
				en: 'Press “Make it 19:00”: both cards change.',
			},
			{
				zh: '点“撤回”：两张卡片都消失。',
				en: 'Press “Take it back”: both cards go.',
			},
			{
				zh: '点“用太长的标题提醒”：卡片标题最多 60 个字符。工具报错，助手读到后自己改短，卡片仍然送达。',
				en: 'Press “Remind them with a long title”: a title has at most 60 characters. The tool says so, the agent shortens it by itself, and the card arrives.',
			},
		],
		triggers: [
			{
				id: 'remind',
				label: { zh: '提醒交周报', en: 'Remind them of the report' },
				path: 'agent-reminders',
				body: {
					asked_by: askedBy.reminders,
					wish: {
						zh: '提醒 fang.li.2@example.com 和 min.liu.4@example.com：“交周报”“18:00 之前”',
						en: 'Remind fang.li.2@example.com and min.liu.4@example.com: "Weekly report" "by 18:00"',
					},
				},
			},
			{
				id: 'change',
				step: 1,
				label: { zh: '改为 19:00', en: 'Make it 19:00' },
				path: 'agent-reminders',
				body: {
					asked_by: askedBy.reminders,
					wish: { zh: '改为“19:00 之前交周报”', en: 'Change it to "Weekly report by 19:00"' },
				},
			},
			{
				id: 'takeBack',
				step: 2,
				label: { zh: '撤回', en: 'Take it back' },
				path: 'agent-reminders',
				body: { asked_by: askedBy.reminders, wish: { zh: '撤回提醒', en: 'Take it back' } },
			},
			{
				id: 'longTitle',
				step: 3,
				label: { zh: '用太长的标题提醒', en: 'Remind them with a long title' },
				path: 'agent-reminders',
				body: {
					asked_by: askedBy.reminders,
					wish: {
						zh: '提醒 fang.li.2@example.com：“请在今天下班之前把本周的销售数据、客户拜访记录、门店巡检照片、下周工作计划和需要协调的问题一并整理好，填进部门的共享表格里，谢谢”',
						en: 'Remind fang.li.2@example.com: "Please enter the sales of the week, the visits to customers and the plan for next week into the sheet"',
					},
				},
			},
		],
	},
	{
		id: 'agent-approval',
		kind: 'scenario',
		title: { zh: '先请示再行动的 AI 助手', en: 'An agent that must ask before it acts' },
		about: {
			zh: '退款不能由模型说了算。AI 助手想退款时，主管收到置顶卡片，有人点了同意才会执行。',
			en: 'A refund is not for a model to decide. When the agent wants to pay one back, managers get a pinned card, and nothing happens before somebody approves.',
		},
		people: [yangLei, zhuChao, zhaoJunjie],
		steps: [
			{
				zh: '点“顾客要求退款”：主管杨磊收到卡片，写明订单、金额和原因。点“同意”，收银员朱超收到退款任务；点“拒绝”，则什么都不会发生。赵俊杰会知道结果。',
				en: 'Press “A customer wants a refund”: 杨磊 Yang Lei, a manager, gets a card with the order, the amount and the reason. Approve, and 朱超 Zhu Chao, the cashier, gets the refund; decline, and nothing happens. 赵俊杰 Zhao Junjie, who asked, hears which it was.',
			},
			{
				zh: '点“同时两笔退款”：逐笔询问，每笔一张卡片。',
				en: 'Press “Two refunds at once”: each is asked about by itself, with a card of its own.',
			},
		],
		triggers: [
			{
				id: 'refund',
				label: { zh: '顾客要求退款', en: 'A customer wants a refund' },
				path: 'agent-approval',
				body: {
					asked_by: askedBy.refunds,
					wish: {
						zh: '为订单 #8623（¥88）退款：菜是冷的',
						en: 'Refund order #8623 (¥88): the food was cold',
					},
				},
			},
			{
				id: 'two',
				step: 1,
				label: { zh: '同时两笔退款', en: 'Two refunds at once' },
				path: 'agent-approval',
				body: {
					asked_by: askedBy.refunds,
					wish: {
						zh: '为订单 #8624（¥35）和 #8625（¥120）退款：送错了',
						en: 'Refund orders #8624 (¥35) and #8625 (¥120): the wrong dishes came',
					},
				},
			},
		],
	},
];

/** n8n offers the trigger of presses first. */
const runFromStart = {
	zh: '打开工作流，在 Execute workflow 旁选择 from 开始，点击执行，再回到这一页。',
	en: 'Open the workflow, choose “from Start” beside Execute workflow, press it, then come back to this page.',
};

const templates: Guide[] = [
	{
		id: 'first-card',
		kind: 'template',
		title: { zh: '第一张卡片', en: 'First card' },
		about: {
			zh: '置顶一张卡片，15 秒后取消置顶，标记为已完成。',
			en: 'Pins a card, and 15 seconds later unpins it and marks it as done.',
		},
		people: [liFang, zhangXiuying],
		steps: [runIt],
		triggers: [],
	},
	{
		id: 'department',
		kind: 'template',
		title: { zh: '部门通知', en: 'Everybody in a department' },
		about: {
			zh: '销售部及其下级部门的每个人都收到一张卡片，30 秒后移除。',
			en: 'Everybody in the sales department, and in the departments below it, gets a card, which is removed 30 seconds later.',
		},
		people: [liuMin, chenJing, huMing],
		steps: [
			runIt,
			{
				zh: '刘敏在销售部；陈静和胡明在客服部，也在销售部下面的门店。三人都收到一张卡片。',
				en: '刘敏 Liu Min is in the sales department; 陈静 Chen Jing and 胡明 Hu Ming are in customer service, and also in departments below sales. Each of them gets one card.',
			},
		],
		triggers: [],
	},
	{
		id: 'update-card',
		kind: 'template',
		title: { zh: '更新卡片', en: 'Update a card' },
		about: {
			zh: '10 秒后更新卡片的文字和标签，并移到最上面。',
			en: 'After 10 seconds, changes the text and label of a card and moves it to the top.',
		},
		people: [liFang, zhangXiuying],
		steps: [runIt],
		triggers: [],
	},
	{
		id: 'group-buttons',
		kind: 'template',
		title: { zh: '群按钮', en: 'Buttons on a group' },
		about: {
			zh: '群聊下方显示两个按钮；点“请病假”后，按钮移除。',
			en: 'A group shows two buttons; pressing “I am ill” removes them.',
		},
		people: [yangLei, zhuChao],
		steps: [
			runFromStart,
			{
				zh: '在“门店运营部群”下方点“请病假”。',
				en: 'Press “I am ill” below the group 门店运营部群.',
			},
		],
		triggers: [],
	},
	{
		id: 'pin-bot',
		kind: 'template',
		title: { zh: '置顶机器人', en: 'Pin the bot' },
		about: {
			zh: '把机器人会话置顶 15 秒。',
			en: 'Pins the chat with the bot for 15 seconds.',
		},
		people: [liFang, zhangXiuying],
		steps: [runIt],
		triggers: [],
	},
];
