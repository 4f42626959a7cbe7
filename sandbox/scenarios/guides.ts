import type { Scenario, ScenarioTrigger } from '../feishu/src';
import { PEOPLE } from './people';

/** How to walk through a workflow of `workflows/`; its `id` is the name of the file, without `.json`. */
export interface Guide extends Omit<Scenario, 'workflow' | 'triggers'> {
	/** What systems outside post, each to the Webhook node with this path. */
	triggers: Array<Omit<ScenarioTrigger, 'url'> & { path: string }>;
}

const { liFang, wuJie, zhangXiuying, liuMin, chenJing, huMing, luoYutong } = PEOPLE;
const { yangLei, zhuChao, liangHaoran, zhaoYang, zhaoJunjie } = PEOPLE;

/**
 * The scenarios and the templates, in the order in which they are shown.
 * @param staff open IDs of everybody in the company
 */
export function guides(staff: string[]): Guide[] {
	return [
		{
			id: 'attendance',
			kind: 'scenario',
			title: { zh: '考勤打卡提醒', en: 'Attendance' },
			about: {
				zh: '以前常常忘记打卡。现在上班前十分钟，卡片置顶在每个人的消息列表，点一下就打卡，打完自动取消置顶。',
				en: 'People forget to clock in. Ten minutes before the shift a card is on top of their list: one press clocks in, and lets the card go.',
			},
			people: [yangLei, zhuChao, liangHaoran],
			steps: [
				{
					zh: '点“现在 8:50”：本班六位同事的列表顶部都出现卡片。',
					en: 'Press “It is 8:50”: all six people on the shift get a card on top.',
				},
				{
					zh: '以杨磊的身份点“打卡”：只有他的卡片取消置顶并变为“已打卡”，其他人仍被提醒。',
					en: 'Press “Clock in” as 杨磊 Yang Lei: only his card is unpinned and says Done. The others are still reminded.',
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
				zh: '以前日程太多记不住。现在会前卡片置顶，标签就是开始时间，一键入会，散会后卡片自动消失。',
				en: 'Too many meetings to remember. A card shows the start time and leads into the meeting; after the end it goes by itself.',
			},
			people: [liFang, wuJie, zhangXiuying],
			steps: [
				{
					zh: '点“会议开始”：李芳和吴杰的列表顶部出现卡片，没有被邀请的张秀英没有。',
					en: 'Press “A meeting begins”: 李芳 Li Fang and 吴杰 Wu Jie get a card on top. 张秀英 Zhang Xiuying, who is not invited, gets none.',
				},
				{ zh: '点“入会”：打开会议页面。', en: 'Press “Join”: it opens the page of the meeting.' },
				{
					zh: '等 20 秒，会议结束，卡片自动消失。',
					en: 'Wait for 20 seconds: the meeting is over, and the cards are gone.',
				},
			],
			triggers: [
				{
					id: 'begins',
					label: { zh: '会议开始', en: 'A meeting begins' },
					path: 'meeting',
					body: {
						title: '门店周会 Weekly meeting of the shops',
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
				zh: '以前投诉淹没在消息里。现在全组收到红色置顶卡片并语音播报，谁先点“接手”就归谁，其他人的卡片消失。',
				en: 'Complaints drown among messages. Now the whole team gets a red card on top that is spoken aloud; whoever takes it first owns it, and the others are relieved of it.',
			},
			people: [chenJing, huMing, luoYutong],
			steps: [
				{
					zh: '点“收到差评”：三位客服的列表顶部都出现红色卡片。',
					en: 'Press “A bad review comes in”: all three of customer service get a red card on top.',
				},
				{
					zh: '以其中一人点“接手”：此人的卡片变绿，另外两人的卡片消失。',
					en: 'Press “Take it” as one of them: this card turns green, the other two go away.',
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
						customer: '订单 8623',
						text: '菜是冷的 The food was cold',
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
				zh: '以前通知一次就被忘记。现在几百名员工各有一张置顶卡片，只有学习系统通知“学完”，这个人的卡片才会消失。',
				en: 'Told once, forgotten at once. Now hundreds of people have a card on top, each until the course system says that this person has completed the course.',
			},
			people: [liFang, zhangXiuying, liuMin],
			steps: [
				{
					zh: `点“给全员布置课程”：${staff.length} 名员工都收到卡片。`,
					en: `Press “A course for all staff”: all ${staff.length} people get a card.`,
				},
				{
					zh: '点“开始学习”：打开课程，卡片仍在。',
					en: 'Press “Start learning”: it opens the course, and the card stays.',
				},
				{
					zh: '点“李芳学完了”：只有李芳的卡片消失。',
					en: 'Press “Li Fang has completed it”: only her card goes.',
				},
			],
			triggers: [
				{
					id: 'assigned',
					label: { zh: '给全员布置课程', en: 'A course for all staff' },
					path: 'training/assigned',
					body: {
						course: 'fire-safety',
						title: '消防安全 Fire safety',
						link: 'https://example.com/courses/fire-safety',
						until: '周五 Friday',
						staff,
					},
				},
				{
					id: 'completed-by-li-fang',
					label: { zh: '李芳学完了', en: 'Li Fang has completed it' },
					path: 'training/completed',
					body: { course: 'fire-safety', user: liFang },
				},
				{
					id: 'completed-by-liu-min',
					label: { zh: '刘敏学完了', en: 'Liu Min has completed it' },
					path: 'training/completed',
					body: { course: 'fire-safety', user: liuMin },
				},
			],
		},
		{
			id: 'delivery',
			kind: 'scenario',
			title: { zh: '进货配送通知', en: 'Delivery' },
			about: {
				zh: '以前要到处查货到哪了。现在消息列表里就能看到进度，一键签收，签收后卡片消失。',
				en: 'Staff must look up where the goods are. Now the list shows how far they are; one press signs for them, and the card goes.',
			},
			people: [yangLei, zhuChao, liangHaoran],
			steps: [
				{
					zh: '点“货车出发”：门店三位同事看到“配送中”和预计到达时间。',
					en: 'Press “The van left”: three people in the shop see “On the way” and when it comes.',
				},
				{
					zh: '点“快到了”：卡片更新，并移到最上面。',
					en: 'Press “The van is near”: the card changes and moves up.',
				},
				{
					zh: '以其中一人点“签收”：三人的卡片都移除。',
					en: 'Press “Sign for it” as one of them: the card goes, for all three.',
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
						goods: '冷鲜 12 箱 12 boxes',
						expected: '15:30',
						driver: 'https://example.com/drivers/7',
					},
				},
				{
					id: 'near',
					label: { zh: '快到了', en: 'The van is near' },
					path: 'delivery',
					body: {
						delivery: '24',
						status: 'near',
						goods: '冷鲜 12 箱 12 boxes',
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
				zh: '以前审批没人看见。现在审批卡片置顶，点一下就有结果，工作流一直等到有人点击，卡片随后清除，不会重复审批。',
				en: 'Approvals wait unseen. Now a card on top asks for one press; the workflow sleeps until then, and the card goes, so that nobody answers twice.',
			},
			people: [yangLei, zhaoYang, zhaoJunjie],
			steps: [
				{
					zh: '点“有人请假”：杨磊和赵洋收到审批卡片。',
					en: 'Press “Somebody asks for leave”: 杨磊 Yang Lei and 赵洋 Zhao Yang are asked.',
				},
				{
					zh: '以其中一人点“同意”或“拒绝”：两张卡片都消失，申请人赵俊杰收到结果。',
					en: 'Press “Approve” or “Decline” as one of them: both cards go, and 赵俊杰 Zhao Junjie, who asked, gets the answer.',
				},
			],
			triggers: [
				{
					id: 'request',
					label: { zh: '有人请假', en: 'Somebody asks for leave' },
					path: 'leave-request',
					body: {
						name: '赵俊杰 Zhao Junjie',
						open_id: zhaoJunjie,
						days: '12 月 1 日至 3 日 From 1 to 3 December',
						link: 'https://example.com/leave/42',
					},
				},
			],
		},
		...templates,
	];
}

const runIt = {
	zh: '打开工作流，点 Execute workflow。',
	en: 'Open the workflow and press Execute workflow.',
};

/** n8n offers the trigger of presses first. */
const runFromStart = {
	zh: '打开工作流，在 Execute workflow 旁选择 from Start，再点击。',
	en: 'Open the workflow, choose “from Start” beside Execute workflow, and press it.',
};

const templates: Guide[] = [
	{
		id: 'first-card',
		kind: 'template',
		title: { zh: '第一张卡片', en: 'First card' },
		about: {
			zh: '置顶一张卡片，15 秒后取消置顶并标记为已完成。',
			en: 'Pins a card; 15 seconds later it is unpinned and marked as done.',
		},
		people: [liFang, zhangXiuying],
		steps: [runIt],
		triggers: [],
	},
	{
		id: 'update-card',
		kind: 'template',
		title: { zh: '更新卡片', en: 'Update it' },
		about: {
			zh: '10 秒后更新卡片的文字和标签，并移到最上面。',
			en: 'Changes text and label of a card after 10 seconds, and moves it up.',
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
			zh: '群下方显示两个按钮；点“请病假”后按钮撤下。',
			en: 'A group shows two buttons; pressing “I am ill” takes them away.',
		},
		people: [yangLei, zhuChao],
		steps: [
			runFromStart,
			{
				zh: '在群“门店运营部群”下点“请病假”。',
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
			zh: '机器人会话置顶 15 秒。',
			en: 'Keeps the chat with the bot on top for 15 seconds.',
		},
		people: [liFang, zhangXiuying],
		steps: [runIt],
		triggers: [],
	},
];
