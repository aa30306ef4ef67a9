import type { IDataObject } from 'n8n-workflow';

import type { HAPPENING } from '../shared/words';
import type { Parameters } from './parameters';

/** The events that a workflow can report; the results of actions have an operation of their own. */
export type EventName =
	| Exclude<(typeof HAPPENING)[number], 'carried-out' | 'failed'>
	| 'message-undelivered';

type Value = IDataObject | string;

/** Without the members that are not set. */
const given = (members: Record<string, unknown>): IDataObject =>
	Object.fromEntries(
		Object.entries(members).filter(([, value]) => value !== undefined && value !== ''),
	) as IDataObject;

const word = (name: EventName) => () => name;

const bySource = (name: EventName) => (parameters: Parameters) => ({
	[name]: parameters.text('by'),
});

/** How each event is written: a word, or an object with its details. */
const WRITTEN: Record<EventName, (parameters: Parameters) => Value> = {
	assigned: (parameters) => ({ assigned: parameters.required('agent', 'Agent') }),
	'call-ended': word('call-ended'),
	'call-started': word('call-started'),
	closed: bySource('closed'),
	extended: (parameters) => ({ extended: parameters.required('extension', 'Extension') }),
	held: word('held'),
	'message-undelivered': (parameters) => ({
		other: `message-undelivered:${parameters.required('undelivered', 'Message ID')}`,
	}),
	occurred: (parameters) => ({
		occurred: {
			name: parameters.required('occurrence', 'Occurrence'),
			details: parameters.object('details', 'Details'),
		},
	}),
	opened: bySource('opened'),
	released: word('released'),
	reopened: bySource('reopened'),
	snoozed: (parameters) => {
		const until = parameters.instant(parameters.text('until'), 'Until');
		return until ? { snoozed: until } : 'snoozed';
	},
	transferred: (parameters) => ({
		transferred: given({
			department: parameters.text('department'),
			agent: parameters.text('newAgent'),
		}),
	}),
	typing: word('typing'),
	unassigned: word('unassigned'),
	woken: word('woken'),
};

/** A list, or a text with commas. */
const list = (value: unknown) => {
	if (value === undefined || value === '') return undefined;
	const entries = Array.isArray(value) ? value : String(value).split(',');
	return entries.map((entry) => String(entry).trim()).filter(Boolean);
};

interface NamedValue {
	name: string;
	value: string;
}

/** The facts that are set, by the contract's names; `undefined` if there are none. */
function facts(parameters: Parameters): IDataObject | undefined {
	const { tags, windowUntil, more, customer, customerZone, optedOut, ...rest } =
		parameters.collection('facts');
	const further = ((more as { fact?: NamedValue[] })?.fact ?? []).map(({ name, value }) => [
		name,
		value,
	]);
	if (customer) further.unshift(['customer.id', String(customer)]);
	const known = given({
		...rest,
		'customer-zone': customerZone,
		'opted-out': optedOut,
		'window-until': parameters.instant(windowUntil, 'Window Until'),
		tags: list(tags),
		more: further.length > 0 ? Object.fromEntries(further) : undefined,
	});
	return Object.keys(known).length > 0 ? known : undefined;
}

/** What every event has: its ticket, its id, when it happened, and facts. */
function common(parameters: Parameters): IDataObject {
	const { at, sequence } = parameters.collection('options');
	return given({
		ticket: parameters.required('ticket', 'Ticket ID'),
		id: parameters.text('eventId'),
		at: parameters.instant(at, 'Time'),
		sequence,
		facts: facts(parameters),
	});
}

function message(parameters: Parameters): IDataObject {
	const { kind, origin, choice } = parameters.collection('options');
	const members = {
		author: parameters.text('author'),
		text: parameters.text('text'),
		kind,
		origin,
		choice,
	};
	return { ...common(parameters), message: given(members) };
}

/** The parts of `TICKET/CYCLE/STEP`; the ticket may contain slashes. */
function failure(parameters: Parameters): IDataObject {
	const key = parameters.required('key', 'Action Key');
	const parts = /^(.+)\/(\d+)\/([^/]+)$/s.exec(key);
	if (!parts) {
		return parameters.refuse(
			`The action key is not of the form TICKET/CYCLE/STEP: ${key}`,
			'Take it from the Despertador Trigger: {{ $json.key }}.',
		);
	}
	const [, ticket, cycle, step] = parts;
	const failed = { cycle: Number(cycle), step, kind: parameters.text('failure') };
	// The desk may send the action again, which may fail again, in another execution.
	return { ticket, id: `failed:${cycle}/${step}:${parameters.execution}`, event: { failed } };
}

/** The row of an event log for each operation on events. */
const ROWS: Record<string, (parameters: Parameters) => IDataObject> = {
	message,
	happening: (parameters) => ({
		...common(parameters),
		event: WRITTEN[parameters.text('event') as EventName](parameters),
	}),
	facts: (parameters) => {
		const row = common(parameters);
		return row.facts
			? row
			: parameters.refuse('No fact is set', 'Add at least one fact to the item.');
	},
	failure,
};

/** The event of an item, as the desk reads it. */
export const eventRow = (operation: string, parameters: Parameters): IDataObject =>
	ROWS[operation](parameters);
