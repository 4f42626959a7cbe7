/** Surnames with their reading, for e-mail addresses. */
export const SURNAMES: ReadonlyArray<readonly [string, string]> = [
	['王', 'wang'],
	['李', 'li'],
	['张', 'zhang'],
	['刘', 'liu'],
	['陈', 'chen'],
	['杨', 'yang'],
	['赵', 'zhao'],
	['黄', 'huang'],
	['周', 'zhou'],
	['吴', 'wu'],
	['徐', 'xu'],
	['孙', 'sun'],
	['胡', 'hu'],
	['朱', 'zhu'],
	['高', 'gao'],
	['林', 'lin'],
	['何', 'he'],
	['郭', 'guo'],
	['马', 'ma'],
	['欧阳', 'ouyang'],
	['罗', 'luo'],
	['梁', 'liang'],
	['宋', 'song'],
];

/** Given names with their reading. Their number shares no divisor with that of the surnames. */
export const GIVEN_NAMES: ReadonlyArray<readonly [string, string]> = [
	['伟', 'wei'],
	['芳', 'fang'],
	['秀英', 'xiuying'],
	['敏', 'min'],
	['静', 'jing'],
	['磊', 'lei'],
	['洋', 'yang'],
	['艳', 'yan'],
	['勇', 'yong'],
	['杰', 'jie'],
	['娟', 'juan'],
	['涛', 'tao'],
	['明', 'ming'],
	['超', 'chao'],
	['秀兰', 'xiulan'],
	['霞', 'xia'],
	['平', 'ping'],
	['刚', 'gang'],
	['桂英', 'guiying'],
	['子涵', 'zihan'],
	['雨桐', 'yutong'],
	['浩然', 'haoran'],
	['思远', 'siyuan'],
	['晓东', 'xiaodong'],
	['梓萱', 'zixuan'],
	['宇航', 'yuhang'],
	['欣怡', 'xinyi'],
	['嘉豪', 'jiahao'],
	['诗涵', 'shihan'],
	['俊杰', 'junjie'],
];

/** The departments under the company's root. */
export const DEPARTMENT_NAMES: readonly string[] = [
	'研发部',
	'产品部',
	'市场部',
	'销售部',
	'客服部',
	'门店运营部',
	'人力资源部',
	'财务部',
];

/** The departments further below those: each with its name and the name of the one right above. */
export const SUBDEPARTMENTS: ReadonlyArray<{
	/** The one under the root. */
	below: string;
	departments: ReadonlyArray<readonly [string, string]>;
}> = [
	{
		below: '研发部',
		departments: [
			['平台研发组', '研发部'],
			['支付小组', '平台研发组'],
			['客户端组', '研发部'],
		],
	},
	{
		below: '销售部',
		departments: [
			['华东大区', '销售部'],
			['上海一店', '华东大区'],
			['上海二店', '华东大区'],
			['华南大区', '销售部'],
			['深圳一店', '华南大区'],
		],
	},
];
