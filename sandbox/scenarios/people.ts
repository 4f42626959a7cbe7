/** People of the seeded company who play a part in the scenarios, by their open IDs. */
export const PEOPLE = {
	// Product department.
	liFang: 'ou_e3e6762bca24fa9c949699dbd6ab7a5f',
	wuJie: 'ou_e438bc3161d2da020b93edd720f0c7e7',
	// Marketing and sales departments.
	zhangXiuying: 'ou_90b767f04fde17beeab734b2de586509',
	liuMin: 'ou_3c2e7a5275e4044ca1208e06e23dd086',
	// Customer service department.
	chenJing: 'ou_c0a06e58eec6409e9cae0b71c367fe3f',
	huMing: 'ou_64b9fc7635fe28f96ec0fd23a623d42a',
	luoYutong: 'ou_72e68d9d3d5ec565bc3641330bd816f4',
	// The shops.
	yangLei: 'ou_a40bb1b33c5b4168b8c67d27cbe45b44',
	zhuChao: 'ou_bcfc757468ddb7d7af94f3c0d7bbe41e',
	liangHaoran: 'ou_1282ab5587cb05ece14e9a054d35462a',
	zhaoJunjie: 'ou_26f0362ec2469b16ba3835cf5b62de84',
	// Personnel department.
	zhaoYang: 'ou_38b557655736ba2e71997f664274e214',
};
