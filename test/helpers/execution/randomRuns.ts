import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import type { FaultOptions } from '../../../sandbox/feishu/src/client';
import { FEED_OPERATIONS, LINK } from './feedOperations';

/** People of the sandbox's company who may be recipients. */
export const PEOPLE = 120;
/** No IDs, though the node cannot know. */
const MALFORMED = ['ou_not-an-id-1', 'ou_not-an-id-2', 'ou_not-an-id-3'];
/** Well-formed, but nobody's. */
const NOBODY = ['ou_nobody1', 'ou_nobody2'];

export const isMalformed = (userId: string) => MALFORMED.includes(userId);
export const isNobody = (userId: string) => NOBODY.includes(userId);

/** The operations, once each: what people have beforehand is left to chance. */
export const OPERATIONS = {
	create: FEED_OPERATIONS.create,
	update: FEED_OPERATIONS.update,
	upsert: FEED_OPERATIONS['upsert of a new card'],
	delete: FEED_OPERATIONS.delete,
	updateButtons: FEED_OPERATIONS.updateButtons,
	'chat reminder': FEED_OPERATIONS['chat reminder'],
	'bot reminder': FEED_OPERATIONS['bot reminder'],
};
export type OperationKey = keyof typeof OPERATIONS;

/** One input item. */
export interface RandomItem {
	/** Which card or chat: the business ID, or none for a card that the node is to name. */
	target: 'one' | 'two' | '';
	/** Which of three contents. */
	content: 0 | 1 | 2;
	/** Places of people in the company, and IDs that are nobody's. */
	recipients: Array<number | string>;
}

/** A run of the node, with all that goes wrong in it. */
export interface RandomRun {
	operation: OperationKey;
	items: RandomItem[];
	/** Places of people who have each card beforehand. */
	holders: Record<'one' | 'two', number[]>;
	/** Places of people who may not use the app. */
	unavailable: number[];
	/** Places of people whose ID Feishu refuses together with the whole call. */
	refused: { places: number[]; code: number; namesIds: 'all' | 'first' | 'none' };
	faults: FaultOptions[];
	options: IDataObject;
}

const place = fc.nat(PEOPLE - 1);

/** People side by side or with gaps, as many as one to several calls take. */
const people = fc
	.record({
		start: place,
		step: fc.integer({ min: 1, max: 3 }),
		size: fc.integer({ min: 1, max: 60 }),
	})
	.map(({ start, step, size }) => [
		...new Set(Array.from({ length: size }, (_, index) => (start + index * step) % PEOPLE)),
	]);

const recipients = fc
	.record({
		people,
		strangers: fc.oneof(
			{ weight: 3, arbitrary: fc.constant<string[]>([]) },
			{
				weight: 1,
				arbitrary: fc.subarray([...MALFORMED, ...NOBODY], { minLength: 1, maxLength: 3 }),
			},
		),
		at: fc.nat(60),
	})
	.map(
		({ people: places, strangers, at }): Array<number | string> => [
			...places.slice(0, at),
			...strangers,
			...places.slice(at),
		],
	);

const item = fc.record<RandomItem>({
	target: fc.constantFrom('one', 'two', ''),
	content: fc.constantFrom(0, 1, 2),
	recipients,
});

/** Faults after which nobody knows whether the call was carried out. */
export const UNCERTAIN = [
	'serverError',
	'badGateway',
	'dropped',
	'cutOff',
	'notJson',
	'silence',
] as const;

const uncertain = fc.record({
	kind: fc.constantFrom(...UNCERTAIN),
	handled: fc.boolean(),
	// As short as it may be: the node waits for an answer for 20 s, whatever the time of the test.
	seconds: fc.constantFrom(0.01, 0.03),
});
/** Codes of the gateway that say that it failed, after which nobody knows either. */
export const INTERNAL_ERRORS = [1500, 2200, 10101, 190003];
const internalError = fc.record({
	kind: fc.constant('gatewayCode' as const),
	code: fc.constantFrom(...INTERNAL_ERRORS),
	handled: fc.boolean(),
});
const refusing = fc.oneof(
	fc.record({
		kind: fc.constantFrom('tooManyRequests' as const, 'tooManyRequestsAs400' as const),
		retryAfter: fc.integer({ min: 1, max: 3 }),
	}),
	fc.record({
		kind: fc.constant('gatewayCode' as const),
		code: fc.constantFrom(99991400, 1000004, 190005, 11232),
	}),
);
/** What ends a run. */
const appRefusing = fc.record({
	kind: fc.constant('gatewayCode' as const),
	code: fc.constantFrom(99991403, 99991401, 99991662, 99991673),
});
const late = fc.record({
	kind: fc.constant('delay' as const),
	seconds: fc.constantFrom(0.005, 0.02),
	every: fc.integer({ min: 1, max: 3 }),
});
const expiring = fc.record({
	kind: fc.constant('tokenExpired' as const),
	code: fc.constantFrom(99991661, 99991663, 99991664, 99991665, 99991668, 99991671, 99991677),
});
const nth = fc.integer({ min: 1, max: 8 });

type Fault = (openIds: string[]) => FaultOptions;

/** Faults that pass before the node has used up its tries, six of them together. */
const passingFault = (operation: FaultOptions['operation']): fc.Arbitrary<Fault> =>
	fc.oneof<fc.WeightedArbitrary<Fault>[]>(
		{
			weight: 5,
			arbitrary: fc
				.tuple(fc.oneof({ weight: 4, arbitrary: uncertain }, internalError), nth)
				.map(([fault, at]) => () => ({ ...fault, operation, nth: at })),
		},
		{
			weight: 2,
			arbitrary: fc
				.tuple(refusing, nth, fc.integer({ min: 1, max: 4 }))
				.map(([fault, at, calls]) => () => ({
					...fault,
					operation,
					nth: Array.from({ length: calls }, (_, index) => at + index),
				})),
		},
		{
			weight: 2,
			arbitrary: fc
				.tuple(fc.array(place, { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 3 }))
				.map(
					([places, times]) =>
						(openIds) =>
							limited(
								operation,
								places.map((at) => openIds[at]!),
								times,
							),
				),
		},
		{ weight: 1, arbitrary: late.map((fault) => () => ({ ...fault, operation })) },
		{
			weight: 1,
			arbitrary: uncertain.map((fault) => () => ({
				...fault,
				operation: 'tenantAccessToken.internal',
				first: 1,
			})),
		},
	);

/** Faults of which some never pass. */
const lastingFault = (operation: FaultOptions['operation']): fc.Arbitrary<Fault> => {
	const when = fc.oneof(
		nth.map((at) => ({ nth: at })),
		fc.integer({ min: 1, max: 30 }).map((first) => ({ first })),
		fc.integer({ min: 1, max: 3 }).map((every) => ({ every })),
	);
	return fc.oneof<fc.WeightedArbitrary<Fault>[]>(
		{
			weight: 4,
			arbitrary: fc
				.tuple(fc.oneof(uncertain, internalError, refusing, appRefusing, expiring), when)
				.map(([fault, at]) => () => ({ ...fault, operation, ...at })),
		},
		{
			weight: 1,
			arbitrary: fc.array(place, { minLength: 1, maxLength: 5 }).map(
				(places) => (openIds) =>
					limited(
						operation,
						places.map((at) => openIds[at]!),
						100,
					),
			),
		},
		{
			weight: 2,
			arbitrary: fc
				.record({
					places: fc.array(place, { minLength: 1, maxLength: 5 }),
					entryUserId: fc.constantFrom('absent', 'empty', 'union_id', 'stranger'),
					reason: fc.constantFrom('0', '1', '2', '3', '4'),
					times: fc.integer({ min: 1, max: 4 }),
				})
				.map(
					({ places, ...fault }) =>
						(openIds) =>
							({
								kind: 'recipientReason',
								operation,
								recipient: places.map((at) => openIds[at]!),
								...fault,
							}) as FaultOptions,
				),
		},
		{
			weight: 1,
			arbitrary: fc
				.tuple(uncertain, when)
				.map(([fault, at]) => () => ({ ...fault, ...at, operation: 'tenantAccessToken.internal' })),
		},
	);
};

function limited(
	operation: FaultOptions['operation'],
	recipient: string[],
	times: number,
): FaultOptions {
	return {
		kind: 'recipientReason',
		operation,
		recipient,
		times,
		reason: '3',
		error_code: 99991400,
		error_message: 'request trigger frequency limit',
	};
}

function endpointsOf(operation: OperationKey): FaultOptions['operation'] {
	const { endpoint } = OPERATIONS[operation];
	return operation === 'upsert' ? [endpoint, OPERATIONS.update.endpoint] : endpoint;
}

function faultsOf(operation: OperationKey, lasting: boolean): fc.Arbitrary<Fault[]> {
	const endpoints = endpointsOf(operation);
	if (lasting) return fc.array(lastingFault(endpoints), { minLength: 1, maxLength: 3 });
	return fc
		.tuple(
			fc.array(passingFault(endpoints), { maxLength: 5 }),
			// A token expires once in two hours, so once in a run.
			fc.option(fc.tuple(expiring, nth), { nil: undefined, freq: 2 }),
		)
		.map(([faults, expiry]) =>
			expiry ? [...faults, () => ({ ...expiry[0], operation: endpoints, nth: expiry[1] })] : faults,
		);
}

/** The codes of the gateway that concern some of the IDs in a call. */
const ID_CODES = [
	99992351, 99992352, 99992353, 99992354, 99992359, 99992360, 99992361, 99992363, 99992364,
	99992381,
];

function refusal(
	operation: OperationKey,
	{ places, code, namesIds }: RandomRun['refused'],
	openIds: string[],
): FaultOptions {
	return {
		kind: 'gatewayCode',
		operation: endpointsOf(operation),
		recipient: places.map((at) => openIds[at]!),
		code,
		namesIds,
	};
}

/** Any run of any operation; its faults pass in time, or some of them last. */
export function randomRun(openIds: string[], { lasting }: { lasting: boolean }) {
	return fc.constantFrom(...(Object.keys(OPERATIONS) as OperationKey[])).chain((operation) =>
		fc
			.record({
				operation: fc.constant(operation),
				items: fc.array(item, { minLength: 1, maxLength: 5 }),
				holders: fc.record({ one: people, two: fc.oneof(people, fc.constant<number[]>([])) }),
				unavailable: fc.oneof(
					{ weight: 3, arbitrary: fc.constant<number[]>([]) },
					{ weight: 1, arbitrary: fc.array(place, { minLength: 1, maxLength: 3 }) },
				),
				refused: fc.record({
					places: fc.oneof(
						{ weight: 2, arbitrary: fc.constant<number[]>([]) },
						{ weight: 1, arbitrary: fc.uniqueArray(place, { minLength: 1, maxLength: 15 }) },
					),
					code: fc.constantFrom(...ID_CODES),
					namesIds: fc.constantFrom('all', 'first', 'none'),
				}),
				faults: faultsOf(operation, lasting),
				options: fc.record({
					callsAtOnce: fc.integer({ min: 1, max: 8 }),
					itemPerRecipient: fc.boolean(),
					longestWait: lasting ? fc.constantFrom(0, 10, 120) : fc.constant(3_600),
				}),
			})
			.map(
				({ faults, ...run }): RandomRun => ({
					...run,
					faults: [
						// The gateway judges the IDs first: nothing is done for a call that it refuses.
						...(run.refused.places.length > 0 ? [refusal(operation, run.refused, openIds)] : []),
						...faults.map((fault) => fault(openIds)),
					],
				}),
			),
	);
}

/** What each of the three contents looks like in the form. */
export const CONTENT: Record<OperationKey, IDataObject> = {
	create: { title: '={{ "title " + $json.content }}' },
	update: { updateFields: { title: '={{ "title " + $json.content }}' } },
	upsert: { title: '={{ "title " + $json.content }}' },
	delete: {},
	updateButtons: {
		buttons: {
			button: [{ text: '={{ "button " + $json.content }}', actionType: 'url_page', url: LINK }],
		},
	},
	'chat reminder': { timeSensitive: '={{ $json.content > 0 }}' },
	'bot reminder': { timeSensitive: '={{ $json.content > 0 }}' },
};
