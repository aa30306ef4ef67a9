import type { IDataObject } from 'n8n-workflow';

import type { AUDIENCE, TASK } from './words';

/** The outputs of the trigger, in order. */
export const OUTPUTS = ['Reminder', 'Close', 'Note', 'Other'] as const;
export type Output = (typeof OUTPUTS)[number];

/** The version of the desk's webhook that this package reads. */
const VERSION = 1;

/** What is to be done, as the desk posts it. */
export interface Delivery {
	account: string;
	ticket: string;
	key: string;
	attempt: number;
	action: {
		cycle: number;
		step: string;
		due: string;
		task: string;
		with: IDataObject;
	};
}

const isObject = (value: unknown): value is IDataObject =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (value: unknown) => typeof value === 'string' && value !== '';

/**
 * Reads the body of a post.
 *
 * @returns the delivery, or a sentence that says what is wrong with the body
 */
export function read(body: Buffer): Delivery | string {
	let value: unknown;
	try {
		value = JSON.parse(body.toString('utf8'));
	} catch {
		return 'the body is not JSON';
	}
	if (!isObject(value)) return 'the body is not an object';
	if (value.version !== VERSION) {
		return `the desk posts version ${String(value.version)} of its webhook and this package reads version ${VERSION}; update n8n-nodes-despertador`;
	}
	const { action } = value;
	if (!isObject(action) || !isObject(action.with)) return 'the body has no action';
	const texts = [value.account, value.ticket, value.key, action.step, action.task, action.due];
	const numbers = [value.attempt, action.cycle];
	if (!texts.every(isText) || !numbers.every(Number.isSafeInteger)) {
		return 'the body lacks a member of an action';
	}
	return value as unknown as Delivery;
}

/** The output for each task of the contract but `send`, which depends on who sees the message. */
const OUTPUT_OF_TASK: Record<Exclude<(typeof TASK)[number], 'send'>, Output> = {
	close: 'Close',
	notify: 'Note',
	reopen: 'Other',
	'open-linked': 'Other',
	'after-close': 'Other',
	reply: 'Other',
};

const OUTPUT_OF_AUDIENCE: Record<(typeof AUDIENCE)[number], Output> = {
	customer: 'Reminder',
	'people-in-charge': 'Note',
};

/**
 * The output by which an action leaves the trigger.
 *
 * @returns `undefined` for a task or an audience that this package does not know: the contract says
 *   that such an action is not carried out
 */
export function outputOf({ action }: Delivery): Output | undefined {
	const outputs: Record<string, Output> =
		action.task === 'send' ? OUTPUT_OF_AUDIENCE : OUTPUT_OF_TASK;
	const word = String(action.task === 'send' ? action.with.audience : action.task);
	return Object.entries(outputs).find(([name]) => name === word)?.[1];
}

const camelCase = (name: string) => name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());

/** The same value with names that an expression can write with a full stop: `closingText`. */
function renamed(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(renamed);
	if (!isObject(value)) return value;
	return Object.fromEntries(
		Object.entries(value).map(([name, one]) => [camelCase(name), renamed(one)]),
	);
}

/**
 * The item of an action: its members on one level, so that an expression is short.
 *
 * `redelivered` says that the desk has sent it before and does not know whether it was carried out.
 */
export function itemOf({ account, ticket, key, attempt, action }: Delivery): IDataObject {
	const { with: members, ...rest } = action;
	return {
		...(renamed(members) as IDataObject),
		...rest,
		account,
		ticket,
		key,
		attempt,
		redelivered: attempt > 1,
	};
}
