/**
 * The Chinese for each text of the forms, by the English: `npm run docs` says what is missing and what is unused.
 * Names stay in English on the page, as on screen, with their Chinese beside them: empty where they need none.
 */
const NAMES = {
	// Resources and operations
	'App Feed Card': '消息流卡片',
	'Bot Chat': '机器人会话',
	Chat: '群聊',
	Image: '图片',
	User: '用户',
	Create: '创建',
	'Create or Update': '创建或更新',
	Update: '更新',
	Delete: '删除',
	'Send and Wait for Response': '发送并等待回应',
	'Set Instant Reminder': '设置即时提醒',
	'Get Many': '获取群列表',
	'Get Members': '获取群成员',
	'Update Buttons': '更新按钮',
	Upload: '上传',
	'Get IDs': '获取用户 ID',

	// Recipients
	Recipients: '接收人',
	'E-Mails, Mobile Numbers or IDs': '邮箱、手机号或 ID',
	'Members of a Chat': '群成员',
	'Members of a Department': '部门成员',
	'People From List': '从列表选人',
	'User IDs': '用户 ID',
	'User ID Type': 'ID 类型',
	'Open ID': '',
	'Union ID': '',
	'User ID': '',
	People: '人员',
	Person: '人员',
	'Look In': '在哪里找人',
	'Look in Chat': '在哪个群里找',
	'Look in Department': '在哪个部门里找',
	'Members of Chat': '哪个群的成员',
	'Members of Department': '哪个部门的成员',
	'Include Subdepartments': '包含下级部门',
	'E-Mails or Mobile Numbers': '邮箱或手机号',
	Department: '部门',
	'From List': '从列表选',
	'By ID': '填 ID',
	'By URL': '填链接',

	// The card
	'Define Card': '卡片内容的填法',
	'Using Fields Below': '用下面的字段填写',
	'Using JSON': '用 JSON 填写',
	'Card (JSON)': '卡片 JSON',
	Title: '标题',
	Preview: '摘要',
	Link: '链接',
	'Status Label': '状态标签',
	Text: '文字',
	Color: '颜色',
	'Primary (Blue)': '蓝色',
	'Secondary (Grey)': '灰色',
	'Success (Green)': '绿色',
	'Danger (Red)': '红色',
	'Default (Grey)': '灰色',
	Buttons: '按钮',
	'When Pressed': '点击后',
	'Open a Link': '打开链接',
	'Send a Callback': '发送回调',
	URL: '链接',
	'URLs by Platform': '各平台的链接',
	'Android URL': 'Android 链接',
	'Computer URL': '电脑端链接',
	'iOS URL': 'iOS 链接',
	'Action Values': '回传的值',
	Name: '名称',
	Value: '值',
	Style: '样式',
	Notification: '通知',
	Silent: '静默',
	'Spoken Text': '语音播报内容',
	'Avatar Key': '头像的 image_key',
	'Avatar Binary Field': '头像所在的二进制字段',
	'Avatar URL': '头像链接',
	Change: '改动',
	'Set Buttons': '设置按钮',
	'Remove All Buttons': '移除全部按钮',
	'Business ID': '业务 ID',
	'Fields to Update': '要更新的字段',

	// Options
	Options: '选项',
	'Calls per Second': '每秒调用次数',
	'If Some Recipients Fail': '部分接收人失败时',
	'Tell in the Output': '写在输出里',
	'Fail the Item': '整条数据失败',
	'Keep Retrying (Seconds)': '重试时长，秒',
	'Most Calls at Once': '最大并发调用数',
	'One Output Item per Recipient': '每位接收人输出一条数据',
	'Short Output': '精简输出',
	'Move to the Top': '移到最上面',
	'Move to the Top If It Exists': '已有卡片时移到最上面',
	'Notify Again': '再次通知',
	'Notify Again If It Exists': '已有卡片时再次通知',
	'Set Time to Now': '时间改为现在',
	'Set Time to Now If It Exists': '已有卡片时时间改为现在',

	// Send and wait
	'Response Type': '回应方式',
	Approval: '审批',
	'Own Buttons': '自定义按钮',
	'Approve Button Text': '同意按钮的文字',
	'Decline Button Text': '拒绝按钮的文字',
	'Response Comes Back': '回应怎样传回',
	'Through a Feishu Feed Trigger': '通过 Feishu Feed Trigger',
	'Through a Web Page': '通过网页',
	'Wait For': '等谁回应',
	'The First Response': '第一个回应',
	Everybody: '所有人',
	Afterwards: '之后怎么处理卡片',
	'Remove the Card': '移除卡片',
	'Show the Response on the Card': '在卡片上显示结果',
	'Text Afterwards': '之后的摘要',
	'Limit Wait Time': '等待时限',
	'Limit Type': '时限类型',
	'After Time Interval': '一段时间之后',
	'At Specified Time': '指定时间',
	Amount: '数量',
	Unit: '单位',
	Days: '天',
	Hours: '小时',
	Minutes: '分钟',
	'Max Date and Time': '截止时间',

	// Look-ups and images
	'Return All': '返回全部',
	Limit: '最多返回',
	Simplify: '精简输出',
	'Input Binary Field': '输入的二进制字段',
	'Image Type': '图片用途',
	Avatar: '头像',
	Message: '消息',

	// The trigger
	Connection: '连接方式',
	Webhook: '',
	Events: '事件',
	'Button Pressed': '点击按钮',
	'Any Event': '任何事件',
	Filters: '筛选',
	'Business IDs': '业务 ID',
	'Answer the Press': '怎样响应点击',
	'With a Toast': '显示提示',
	'With Nothing': '不显示',
	'With What the Last Node Gives': '由最后一个节点决定',
	Toast: '提示',
	Kind: '类型',
	Error: '错误',
	Info: '普通',
	Success: '成功',
	Warning: '警告',
	'Text in Chinese': '中文文字',
	'Text in English': '英文文字',
	'Toast if the Workflow Is Slower': '工作流来不及时的提示',

	// The credential
	Region: '区域',
	'Lark (Global)': '国际版',
	'Custom Base URL': '自定义地址',
	'Base URL': '服务地址',
	'App Type': '应用类型',
	'App ID': '',
	'App Secret': '',
	'App Ticket': '',
	'Tenant Key': '',
	'Encrypt Key': '',
	'Verification Token': '',
};

const OPERATIONS = {
	"Add a new card to people's message lists": '在指定人员的消息列表里新建一张卡片',
	'Create a new record, or update the current one if it already exists (upsert)':
		'没有卡片的人新建一张，已有的更新',
	"Remove a card from people's message lists": '把卡片从消息列表里移除',
	'Pin a card with buttons, and continue when somebody presses one':
		'置顶一张带按钮的卡片，有人点击后工作流继续',
	"Change, pin or unpin a card in people's message lists": '修改卡片，或将其置顶、取消置顶',
	"Keep the chat with the app's bot at the top of people's message lists, or let it move down again":
		'把与应用机器人的会话置顶，或取消置顶',
	'Get the groups that your bot is a member of': '列出机器人所在的群',
	'Get the people who are in a group. Bots are left out.': '列出群成员，不含机器人',
	"Keep a group at the top of people's message lists, or let it move down again":
		'在成员的消息列表里置顶一个群，或取消置顶',
	"Set or remove the buttons that a chat shows in people's message lists":
		'设置或移除群聊在消息列表里显示的按钮',
	'Upload a picture, and get the image key that cards and messages show it by':
		'上传图片，得到 image_key，供卡片和消息使用',
	'Find the IDs of people by their e-mail addresses or mobile numbers': '用邮箱或手机号查找用户 ID',
	'Cards with buttons in Feishu (飞书, Lark): Feishu Feed sends and pins them, Feishu Feed Trigger starts the workflow on a press':
		'飞书里带按钮的卡片：Feishu Feed 发送并置顶，有人点击时由 Feishu Feed Trigger 启动工作流',
};

const NOTICES = {
	"Do this once for each app, in Feishu's developer console (开发者后台) → Events & Callbacks (事件与回调) → Callback Configuration (回调配置): as Subscription Mode (订阅方式) choose Receive callbacks through persistent connection (使用长连接接收回调), and save it while this workflow is published or executing, since n8n must be connected. Then Add Callback (添加回调): Card Action Trigger (卡片回传交互), and publish a version of the app.":
		'每个应用做一次，在飞书开发者后台 → 事件与回调 → 回调配置：订阅方式选“使用长连接接收回调”，并在这个工作流已发布或正在执行时保存，因为保存时 n8n 必须已经连上。再“添加回调”：卡片回传交互，并发布应用的新版本。',
	"Do this once for each app, in Feishu's developer console (开发者后台) → Events & Callbacks (事件与回调): under Encryption Strategy (加密策略), copy the Encrypt Key and the Verification Token into the credential. Publish this workflow. Then, under Callback Configuration (回调配置), choose Send callbacks to developer's server (将回调发送至开发者服务器), enter the Production URL above as the Request URL (请求地址), and save. Add Callback (添加回调): Card Action Trigger (卡片回传交互), and publish a version of the app.":
		'每个应用做一次，在飞书开发者后台 → 事件与回调：把“加密策略”里的 Encrypt Key 和 Verification Token 复制到凭证里，发布这个工作流；再到“回调配置”选“将回调发送至开发者服务器”，请求地址填上方的 Production URL，保存。“添加回调”：卡片回传交互，并发布应用的新版本。',
	'For people who already have the card, it becomes what this form says: fields that you leave empty are cleared.':
		'已有卡片的人，卡片会变成表单里填的样子：留空的字段会被清除。',
	'An active workflow of this n8n must have a Feishu Feed Trigger for the same app. It needs no other node. If you send by User ID, the app needs the scope contact:user.employee_id:readonly: Feishu then says who pressed by that ID.':
		'这个 n8n 里要有一个已启用的工作流，其中有同一应用的 Feishu Feed Trigger，不需要别的节点。按 User ID 发送时，应用还要有 contact:user.employee_id:readonly 权限，飞书才会用这种 ID 说明是谁点的。',
	'The recipients must be able to open the address of this n8n, which must begin with https://.':
		'接收人要能打开这个 n8n 的地址，地址必须以 https:// 开头。',
};

const DESCRIPTIONS = {
	// The trigger
	"How presses reach n8n. Choose the same in your app's developer console.":
		'点击怎样送到 n8n。要与应用在开发者后台的设置一致',
	'Feishu calls n8n, which must be reachable from the internet. For custom and store apps.':
		'飞书调用 n8n，n8n 必须能从公网访问。自建应用和商店应用都支持',
	'The connection goes from n8n to Feishu and stays open, so n8n needs no public address. For custom apps.':
		'由 n8n 连接飞书并保持连接，n8n 不需要公网地址。仅支持自建应用',
	'Start when somebody presses a button that sends a callback': '有人点击会发送回调的按钮时启动',
	'Start on everything that your app subscribes to, such as app_ticket, which brings a store app its ticket':
		'应用订阅的所有事件都会启动工作流，例如给商店应用送来 ticket 的 app_ticket',
	'Only events that match all of these start the workflow':
		'同时符合以下全部条件的事件才启动工作流',
	'Values that the pressed button must carry': '被点击的按钮必须带有的值',
	'Only buttons of these cards start the workflow. Separate the IDs with commas. Feishu does not guarantee that a callback names the card: an action value named biz_id, set on the button, is read as well.':
		'只有这些卡片的按钮才启动工作流，多个 ID 用逗号分隔。飞书不保证回调里有卡片的业务 ID，因此按钮上名为 biz_id 的回传值也会被读取',
	'What the person who pressed the button sees. Feishu waits 3 seconds for it.':
		'点击按钮的人看到什么。飞书只等 3 秒',
	'Show a short message at once': '立即显示一条简短的提示',
	'Accept the press and show nothing': '接受点击，什么也不显示',
	'Show the toast in the field "toast" of the first item that the last node outputs':
		'显示最后一个节点输出的第一条数据中 toast 字段的提示',
	'If you enter no text, the toast says "已收到 Got it"': '不填文字时，显示“已收到 Got it”',
	'Shown in every language that has no text of its own': '没有单独填写文字的语言都显示它',
	'Shown when the workflow fails, or has not finished shortly before the 3 seconds are over':
		'工作流失败，或临近 3 秒仍未完成时显示',

	// The credential
	'Where your company is registered': '企业在哪里注册',
	'Must begin with https://, except for localhost': '必须以 https:// 开头，localhost 除外',
	'An app that your company made for itself': '企业自己开发的应用',
	'An app from the app directory that many companies install': '应用目录里供多家企业安装的应用',
	'From the developer console, under Credentials & Basic Info (凭证与基础信息)':
		'见开发者后台“凭证与基础信息”',
	'Stands beside the App ID in the developer console': '在开发者后台与 App ID 同一处',
	'Feishu pushes it to the app every hour, in an app_ticket event':
		'飞书每小时通过 app_ticket 事件推送一次',
	'Names the company that the app acts for': '应用为哪家企业服务',

	'From the developer console, under Events & Callbacks (事件与回调), Encryption Strategy (加密策略)':
		'见开发者后台“事件与回调”→“加密策略”',
	'Stands beside the Encrypt Key': '与 Encrypt Key 在同一处',
	// Recipients
	'How you say who is to be reached': '用什么方式指定接收人',
	'A list in which each entry is recognised for what it is. The ID of a chat or department stands for its members.':
		'一份名单，每一项是什么由节点识别。群 ID 或部门 ID 代表其中的成员',
	'Everybody in a group that your bot is a member of': '机器人所在群里的每个人',
	'Everybody in a department and, if you want, in those below it':
		'部门里的每个人，可选是否包含下级部门',
	'Somebody whom you pick by name': '按姓名选人',
	'The people who are meant, picked by their names': '按姓名选出的人',
	'IDs of one kind': '同一种 ID',
	'Begins with ou_ and names a person within this app': '以 ou_ 开头，在本应用内标识一个人',
	'Begins with on_ and names a person within all apps of one developer':
		'以 on_ 开头，在同一开发者的所有应用内标识一个人',
	'Names a person within the company. Custom apps only, with the scope contact:user.employee_id:readonly.':
		'在企业内标识一个人。仅自建应用可用，并需要 contact:user.employee_id:readonly 权限',
	'E-mail addresses, mobile numbers (outside mainland China with + and the country code) and IDs in any mix, separated by commas or line breaks, or an expression that gives a list of them or of objects that have them. Any number is fine: the node looks them up in batches.':
		'邮箱、手机号（中国大陆以外的号码要带 + 和国家或地区代码）、ID 可以混着填，用逗号或换行分隔；也可以用表达式给出它们的列表，或带有它们的对象的列表。数量不限，节点分批查询',
	'E-mail addresses and mobile numbers (outside mainland China with + and the country code), separated by commas or line breaks, or an expression that gives a list of them or of objects that have them. The node looks up those of all items together, 50 of each in a call.':
		'邮箱和手机号（中国大陆以外的号码要带 + 和国家或地区代码），用逗号或换行分隔；也可以用表达式给出它们的列表，或带有它们的对象的列表。所有数据里的合并查询，每次调用各查 50 个',
	'The kind of ID that identifies the recipients': '接收人用哪种 ID 标识',
	'The kind of ID to get': '要得到哪种 ID',
	'The people whose message list this changes: IDs separated by commas or line breaks, or an expression that gives a list of IDs or of objects that have them. Any number is fine: the node sends them in batches.':
		'要改变谁的消息列表：ID 用逗号或换行分隔，也可以用表达式给出 ID 的列表，或带有 ID 的对象的列表。数量不限，节点分批发送',
	'Where the list below finds people. Those that you have chosen stay when you look elsewhere.':
		'下面的列表从哪里找人。换个地方找，已选的人仍然保留',
	'The members of a group that your bot is in': '机器人所在群的成员',
	'The direct members of a department': '部门的直属成员',
	'The chat whose members the list below shows': '下面的列表显示这个群的成员',
	'The department whose direct members the list below shows': '下面的列表显示这个部门的直属成员',
	'Always true: tells n8n that this is a picked value': '总是 true，告诉 n8n 这是选出来的值',
	'How it was picked': '用什么方式选的',
	'The chat_id, which begins with oc_': 'chat_id，以 oc_ 开头',
	'A link that opens the chat and has openChatId=oc_… in it':
		'打开这个群的链接，含 openChatId=oc_…',
	'The open_department_id, which begins with od-, your own department_id, or 0 for the whole company':
		'open_department_id（以 od- 开头）或企业自己的 department_id；0 代表整个企业',
	'The open_id, which begins with ou_': 'open_id，以 ou_ 开头',
	'A chat that the bot is a member of. Everybody in it is a recipient, bots are not.':
		'机器人所在的群。群里每个人都是接收人，机器人除外',
	"A department that is within the app's contacts scope (通讯录权限范围)":
		'应用通讯录权限范围内的部门',
	'Whether to reach the members of all departments below it, too': '是否也发给所有下级部门的成员',

	// The card
	"How you say what is on the card: in fields, or as the object of Feishu's API":
		'卡片内容怎么填：用字段，或飞书接口的 JSON 对象',
	'The first line of the card, at most 60 characters': '卡片的第一行，最多 60 个字符',
	'The second line of the card, at most 120 characters. Emoji are fine.':
		'卡片的第二行，最多 120 个字符，可以用表情',
	'What opens when somebody presses the card: an https:// address, or an applink of your app (https://applink.feishu.cn/…), at most 700 bytes in UTF-8':
		'点击卡片后打开什么：以 https:// 开头的地址，或本应用的 applink（https://applink.feishu.cn/…），UTF-8 编码后最多 700 字节',
	"Whether the card stays at the top of the recipients' message lists until an update unpins it, or until it is deleted":
		'是否一直置顶在接收人的消息列表里，直到更新时取消置顶，或卡片被删除',
	'A colored label that the card shows instead of its time': '卡片上显示的彩色标签，取代时间',
	'What the label says, at most 20 characters': '标签上的文字，最多 20 个字符',
	'The color of the label': '标签的颜色',
	'Up to 2 buttons below the text, shown from left to right. Each opens a link or calls back.':
		'最多 2 个按钮，显示在文字下方，从左到右排列。每个按钮打开链接或发送回调',
	'Up to 2 buttons below the text, shown from left to right. Each opens a link or calls back. They replace the buttons that the chat has now.':
		'最多 2 个按钮，显示在文字下方，从左到右排列。每个按钮打开链接或发送回调。它们替换群里现有的按钮',
	'These buttons replace those that the chat has now. Without any here, nothing changes: to remove all, choose Remove All Buttons above.':
		'这些按钮替换群里现有的按钮。一个都不填则不做任何改动；要全部移除，请在上面选 Remove All Buttons',
	'What becomes of the buttons of the chat': '怎样改动群的按钮',
	'Show the buttons below, in place of those that the chat has now':
		'显示下面的按钮，替换群里现有的',
	'Show no buttons anymore': '不再显示任何按钮',
	'What a press does: it opens a link on the device of the person, or it calls back, so that a workflow with a Feishu Feed Trigger starts':
		'点击后做什么：在对方的设备上打开链接，或发送回调，由 Feishu Feed Trigger 启动工作流',
	'What the button opens on Android. Must begin with https://.':
		'在 Android 上打开的地址，必须以 https:// 开头',
	'What the button opens on a computer. Must begin with https://.':
		'在电脑上打开的地址，必须以 https:// 开头',
	'What the button opens on an iPhone or iPad. Must begin with https://.':
		'在 iPhone 或 iPad 上打开的地址，必须以 https:// 开头',
	'What the value is called': '值的名称',
	'What the callback has under that name': '回调里这个名称对应的值',
	'The color of the button': '按钮的颜色',
	'How the recipients are told of the card: as usual, silently, or by a spoken text':
		'怎样通知接收人：照常、静默，或语音播报',
	'Up to 2 buttons, shown from left to right': '最多 2 个按钮，从左到右排列',
	'What the button says, at most 30 characters': '按钮上的文字，最多 30 个字符',
	'Opens a web page or a page of a Feishu app': '打开网页，或飞书应用的页面',
	'Sends the action values to your app, where a Feishu Feed Trigger starts a workflow with them':
		'把回传的值发给应用，由 Feishu Feed Trigger 启动工作流',
	'What the button opens. Must begin with https://.': '按钮打开的地址，必须以 https:// 开头',
	'Addresses for particular devices, instead of the URL above': '特定设备上改用的地址',
	'Values that the callback returns, so that the workflow knows which button was pressed, and what for':
		'随回调传回的值，工作流据此知道点的是哪个按钮、为了什么',
	'Whether the recipients get the card without a notification': '接收人收到卡片时是否不弹通知',
	'What the phone says aloud when the card arrives, at most 20 characters':
		'卡片送达时手机语音播报的内容，最多 20 个字符',
	'The image_key of a picture that was uploaded to Feishu. Without it, the card shows the picture of the app.':
		'已上传到飞书的图片的 image_key。不填则显示应用图标',
	'A picture of at most 10 MB. Feishu takes JPEG, PNG, WEBP, GIF, TIFF, BMP, ICO.':
		'图片最大 10 MB。飞书接受 JPEG、PNG、WEBP、GIF、TIFF、BMP、ICO',
	'The address of a picture. Must begin with https://. A picture of at most 10 MB. Feishu takes JPEG, PNG, WEBP, GIF, TIFF, BMP, ICO.':
		'图片的地址，必须以 https:// 开头。图片最大 10 MB。飞书接受 JPEG、PNG、WEBP、GIF、TIFF、BMP、ICO',
	"The app_feed_card object as Feishu's reference describes it, with title, preview, link, time_sensitive, status_label, buttons, notify, avatar_key":
		'飞书文档所述的 app_feed_card 对象，包含 title、preview、link、time_sensitive、status_label、buttons、notify、avatar_key',
	'Your own name for the card, at most 200 characters, to update or delete it by later. If you leave it empty, the node makes an ID and gives it in its output. After a stop or a crash there is no output, and the card cannot be found again.':
		'给卡片起的名字，最多 200 个字符，之后靠它更新或删除卡片。留空时由节点生成并写在输出里；如果运行中止或崩溃就没有输出，这张卡片再也找不回来',
	'Your own name for the card. People who have a card with this name get it updated, and all others get a new one. If you leave it empty, every run creates new cards, which cannot be found again after a stop or a crash.':
		'给卡片起的名字。已有同名卡片的人更新卡片，其他人收到新卡片。留空时每次运行都创建新卡片，运行中止或崩溃后无法找回',
	'The business ID (biz_id) that the card was created with. The output of the Create operation has it.':
		'创建卡片时的业务 ID（biz_id），创建操作的输出里有',
	'Only the fields added here change. These are cleared when they are left empty: Avatar Key, Buttons, Preview, Status Label, Title.':
		'只改变添加到这里的字段。添加后留空会被清除的字段：Avatar Key、Buttons、Preview、Status Label、Title',

	// Options
	"How many calls to make each second, if Feishu has changed the limit for your company. Without this, the node keeps to Feishu's documented limit.":
		'每秒调用多少次，供飞书为你的企业调整过限额时填写。不添加则遵守飞书文档里的限额',
	'What happens when some recipients, but not all, were not reached':
		'部分接收人没送达（不是全部）时怎么处理',
	'The item continues, and its output lists who was not reached and why':
		'数据继续往下走，输出里列出谁没送达、为什么',
	'The item fails, as it does when no recipient was reached': '这条数据失败，与全部没送达时一样',
	'How long to keep retrying a call that failed for a temporary reason, such as a rate limit or a broken connection':
		'因限频、断线等暂时的原因失败的调用，最多重试多久',
	'How many calls may be under way at the same time': '同时进行的调用最多多少个',
	'Whether to output one item for each recipient, instead of one for each input item that lists its recipients':
		'是否为每位接收人输出一条数据，而不是每条输入数据输出一条并列出所有接收人',
	'Whether to output only counts, and whom the node did not reach and why, instead of listing everybody. Use it for many recipients: n8n keeps less, and opens the execution faster.':
		'是否只输出人数，以及没送达的人和原因，不列出所有接收人。适合接收人很多的情况：n8n 保存的数据更少，打开执行记录更快',
	'Whether the card moves up as if it had just arrived. It stays below pinned cards unless it is pinned itself.':
		'卡片是否像刚收到一样移到上面。除非自己也置顶，否则仍在置顶卡片之下',
	'Whether to notify the recipients again': '是否再次通知接收人',
	'Whether the card shows the time of this update': '卡片是否显示这次更新的时间',
	"Whether the chat stays at the top of the recipients' message lists until you switch this off again":
		'会话是否一直置顶在接收人的消息列表里，直到你再次关闭',

	// Send and wait
	'What the recipients choose from': '接收人有哪些选择',
	'What the button to approve says, at most 30 characters': '同意按钮上的文字，最多 30 个字符',
	'What the button to decline says, at most 30 characters. Leave empty for a card that can only be approved.':
		'拒绝按钮上的文字，最多 30 个字符。留空则只能同意',
	'How n8n learns what somebody chose': 'n8n 怎样得知谁选了什么',
	'Whether the first response decides, or each recipient has to respond':
		'以第一个回应为准，还是每位接收人都要回应',
	'Whether the limit is a span of time or a date': '时限是一段时间，还是一个日期',
	'How many of the units below to wait': '等待多少个下面的时间单位',
	'The unit of the amount': '时间单位',
	'The moment at which the wait ends': '等待结束的时刻',
	'The card has a button to approve, and one to decline': '卡片上有同意和拒绝两个按钮',
	'The card has one or two buttons with texts of your own': '卡片上有一个或两个按钮，文字由你定',
	'What the output calls this answer. Without it, the output has the text of the button.':
		'这个回应在输出里的值。不填则输出按钮的文字',
	'One press is enough': '点一下即可',
	'The button opens a page that asks for confirmation': '按钮打开一个网页，在上面确认',
	'The first to respond decides': '谁先回应，以谁为准',
	'Each recipient responds once': '每位接收人各回应一次',
	'What happens to the card when nobody can respond to it anymore': '不能再回应之后，卡片怎么处理',
	"The card disappears from everybody's message list": '卡片从所有人的消息列表里消失',
	'The card stays, unpinned, with the response as its label and without buttons':
		'卡片保留但取消置顶，结果显示为标签，按钮移除',
	'The second line of the card from then on. {answer} becomes the text of the button, and {person} the ID of the person who pressed it. At most 120 characters.':
		'此后卡片的第二行。{answer} 替换为按钮的文字，{person} 替换为点击者的 ID。最多 120 个字符',
	'When the workflow continues even if nobody, or not everybody, has responded. Without a limit, it waits forever.':
		'到什么时候，即使没有人回应或没有全部回应，工作流也继续。不设时限则一直等待',

	// Look-ups and images
	'Whether to return all results or only up to a given limit': '返回全部结果，还是最多返回指定数量',
	'Max number of results to return': '最多返回多少条结果',
	'Whether to return a simplified version of the response instead of the raw data':
		'是否返回精简后的结果，而不是原始数据',
	'A chat that the bot is a member of': '机器人所在的群',
	'What the picture is for': '图片的用途',
	'For the avatar of a card: at most 4096 × 4096 pixels, a GIF 2000 × 2000':
		'用作卡片头像：最大 4096 × 4096 像素，GIF 最大 2000 × 2000',
	'For a message: at most 12000 × 12000 pixels, a GIF 2000 × 2000':
		'用于消息：最大 12000 × 12000 像素，GIF 最大 2000 × 2000',
};

/** What the examples of docs/examples/ show. */
const EXAMPLES = {
	'A card for two people, pinned until it is updated or deleted, with one button that sends a callback and one that opens a page.':
		'给两个人发一张置顶卡片，直到更新或删除；一个按钮发送回调，另一个打开网页。',
	'A card for people by their e-mail addresses and mobile numbers. One of them is unknown, which the output tells.':
		'用邮箱和手机号指定接收人。其中一个查不到，输出里会写明。',
	"A card whose avatar is the picture in the item's binary field `data`. The node uploads it, once for all items that have it.":
		'头像是数据的二进制字段 `data` 里的图片，由节点上传；多条数据用同一张图片，只上传一次。',
	'A card whose avatar is a picture on the web, which the node fetches once and uploads.':
		'头像是网上的图片，由节点下载一次并上传。',
	'Deletes the card for three people who have it, and for one who never had it; the output says which is which. `deleted` is `true` when nobody failed.':
		'删除三个人的卡片，另有一人从来没有这张卡片；输出里分得清楚。没有人失败时 `deleted` 为 `true`。',
	'A leave request for two managers; the first to press decides. The card is removed when one of them has pressed, or after two days.':
		'请两位主管审批请假，谁先点以谁为准。有人点击或两天之后，卡片移除。',
	"An invitation that everybody answers on a page of n8n, by a set date. Each recipient's card then shows their response.":
		'一份邀请，每个人在截止日期前到 n8n 的网页上回应；之后各人的卡片显示自己的回应。',
	'Every field at once. The empty avatar key is cleared; fields that are not added stay as they are. The output has one item for each recipient.':
		'一次更新所有字段。留空的头像被清除，没有添加的字段保持不变。每位接收人输出一条数据。',
	"The avatar becomes the picture in the item's binary field `data`; nothing else changes.":
		'头像换成数据的二进制字段 `data` 里的图片，其他不变。',
	'The avatar becomes a picture on the web.': '头像换成网上的图片。',
	"The same card, now in Feishu's own JSON, and for one more person. For the two who have the card it changes; the third gets a new one.":
		'同一张卡片，改用飞书自己的 JSON，并多发一个人：已有卡片的两个人更新，第三个人收到新卡片。',
	"The bot's chat, pinned in the message lists of two people. The recipients are given as union IDs.":
		'在两个人的消息列表里置顶机器人会话，接收人用 union_id 指定。',
	"The bot's chat moves to the top for everybody who is in the company's root department itself.":
		'为企业根部门的直属成员置顶机器人会话。',
	'The first groups that the bot is a member of, with what names them.':
		'机器人所在的前几个群，以及它们的 ID 和名称。',
	'The first members of a group, by name.': '群里的前几位成员和姓名。',
	'A group, pinned in the message lists of two of its members.':
		'在两位成员的消息列表里置顶一个群。',
	'A group moves to the top of the message list of everybody in it. The short output counts them.':
		'在每位群成员的消息列表里置顶这个群，精简输出只给出人数。',
	'Two buttons on a group, for two of its members. The recipients are given as user IDs.':
		'为两位成员设置群的两个按钮，接收人用 user_id 指定。',
	'A button on a group for one person, who was picked from the members of the group.':
		'为一个人设置群的按钮，这个人是从群成员里选的。',
	'The buttons of a group are removed for one person, who was picked from the members of a department.':
		'移除一个人看到的群按钮，这个人是从部门成员里选的。',
	"The picture in the item's binary field `data`, such as a file that was downloaded before.":
		'上传数据的二进制字段 `data` 里的图片，例如前面下载的文件。',
	'Whose addresses these are. Whoever is not found is told of, too.':
		'查这些邮箱和手机号是谁的，查不到的也会写明。',
	'Presses over the long connection, on the buttons of two cards that carry the action value `action` = `clock_in`. The person sees a toast at once.':
		'通过长连接接收点击，只接收两张卡片上带有 `action` = `clock_in` 的按钮。点击的人立即看到提示。',
	'Presses over the webhook, on any button. The person sees the toast from the last node, or the other toast if the workflow is slower.':
		'通过 webhook 接收任意按钮的点击。点击的人看到最后一个节点给出的提示；工作流来不及时，看到另一条提示。',
};

/** The Chinese by the English. */
export const CHINESE_TEXTS: Readonly<Record<string, string>> = {
	...NAMES,
	...OPERATIONS,
	...NOTICES,
	...DESCRIPTIONS,
	...EXAMPLES,
};
