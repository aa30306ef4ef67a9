import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { ask } from '../shared/desk';
import { eventRow } from './events';
import { Parameters } from './parameters';
import { ticketItems, ticketRequest } from './tickets';

/** Maximum number of events in a request: the desk stores as many in one commit. */
const EVENTS_PER_REQUEST_MAX = 256;

/** Item numbers in groups of at most this size. */
export function groups(count: number, size: number): number[][] {
	const starts = Array.from({ length: Math.ceil(count / size) }, (_, group) => group * size);
	return starts.map((start) =>
		Array.from({ length: Math.min(size, count - start) }, (_, place) => start + place),
	);
}

/** What becomes of an item: its results, or why there are none. */
type Outcome = IDataObject[] | Error;

/** The items of an outcome. A failure ends the node, unless the workflow goes on after failures. */
function itemsOf(this: IExecuteFunctions, outcome: Outcome, item: number): INodeExecutionData[] {
	if (outcome instanceof Error && !this.continueOnFail()) throw outcome;
	const results = outcome instanceof Error ? [{ error: outcome.message }] : outcome;
	return results.map((json) => ({ json, pairedItem: { item } }));
}

/** The receipt of an event, unless the desk refuses the event or cannot read it. */
function receiptOf(this: IExecuteFunctions, receipt: IDataObject, itemIndex: number): Outcome {
	if (receipt.result !== 'refused' && receipt.result !== 'unreadable') return [receipt];
	return new NodeOperationError(this.getNode(), `The event is ${receipt.result}`, {
		description: String(receipt.why ?? ''),
		itemIndex,
	});
}

/** Records the events of some items in one request, in the order of the items. */
async function recordEvents(
	this: IExecuteFunctions,
	operation: string,
	items: number[],
): Promise<Map<number, Outcome>> {
	const outcomes = new Map<number, Outcome>();
	const rows = new Map<number, IDataObject>();
	for (const item of items) {
		try {
			rows.set(item, eventRow(operation, new Parameters(this, item)));
		} catch (error) {
			outcomes.set(item, error as Error);
		}
	}
	if (rows.size === 0) return outcomes;
	const recorded = [...rows.keys()];
	try {
		const request = { method: 'POST' as const, path: 'events', body: [...rows.values()] };
		const { receipts } = await ask.call(this, request, recorded[0]);
		for (const [place, receipt] of (receipts as IDataObject[]).entries()) {
			outcomes.set(recorded[place], receiptOf.call(this, receipt, recorded[place]));
		}
	} catch (error) {
		for (const item of recorded) outcomes.set(item, error as Error);
	}
	return outcomes;
}

async function handleTicket(
	this: IExecuteFunctions,
	operation: string,
	item: number,
): Promise<Outcome> {
	const parameters = new Parameters(this, item);
	try {
		const answer = await ask.call(this, ticketRequest(operation, parameters), item);
		return ticketItems(operation, answer, parameters);
	} catch (error) {
		return error as Error;
	}
}

/** Records an event for each item. */
export async function executeEvents(
	this: IExecuteFunctions,
	operation: string,
): Promise<INodeExecutionData[]> {
	const results: INodeExecutionData[] = [];
	for (const group of groups(this.getInputData().length, EVENTS_PER_REQUEST_MAX)) {
		const outcomes = await recordEvents.call(this, operation, group);
		for (const item of group) {
			results.push(...itemsOf.call(this, outcomes.get(item) ?? [], item));
		}
	}
	return results;
}

/** Reads or changes a ticket for each item. */
export async function executeTickets(
	this: IExecuteFunctions,
	operation: string,
): Promise<INodeExecutionData[]> {
	const results: INodeExecutionData[] = [];
	for (const item of this.getInputData().keys()) {
		results.push(...itemsOf.call(this, await handleTicket.call(this, operation, item), item));
	}
	return results;
}
