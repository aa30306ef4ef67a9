import type { IDataObject } from 'n8n-workflow';

import type { DeskRequest } from '../shared/desk';
import type { Parameters } from './parameters';

const path = (parameters: Parameters, operation = '') =>
	`tickets/${encodeURIComponent(parameters.required('ticket', 'Ticket ID'))}${operation}`;

const change =
	(operation: string) =>
	(parameters: Parameters): DeskRequest => ({
		method: 'POST',
		path: path(parameters, `/${operation}`),
	});

/** The request for each operation on a ticket. */
const REQUESTS: Record<string, (parameters: Parameters) => DeskRequest> = {
	extend: (parameters) => ({
		...change('extend')(parameters),
		body: { by: parameters.required('by', 'Extension') },
	}),
	explain: (parameters) => {
		const { entry, utcOffset } = parameters.collection('options');
		return {
			method: 'GET',
			path: path(parameters, '/why'),
			query: { entry, 'utc-offset': utcOffset } as IDataObject,
			language: parameters.text('language'),
		};
	},
	get: (parameters) => ({ method: 'GET', path: path(parameters) }),
	getDue: (parameters) => {
		const { department, customer } = parameters.collection('filters');
		return {
			method: 'GET',
			path: 'tickets',
			query: {
				order: 'due',
				limit: parameters.number('limit'),
				department,
				customer,
			} as IDataObject,
		};
	},
	hold: change('hold'),
	release: change('release'),
};

/** The request of an item. */
export const ticketRequest = (operation: string, parameters: Parameters): DeskRequest =>
	REQUESTS[operation](parameters);

/** Those of a list that are due before the time in the filter; all without one. */
function dueInTime(tickets: IDataObject[], parameters: Parameters): IDataObject[] {
	const before = parameters.instant(parameters.collection('filters').dueBefore, 'Due Before');
	if (before === undefined) return tickets;
	return tickets.filter(({ due }) => Date.parse(String(due)) < Date.parse(before));
}

/** The items of an answer: the tickets of a list, or the answer itself. */
export const ticketItems = (
	operation: string,
	answer: IDataObject,
	parameters: Parameters,
): IDataObject[] =>
	operation === 'getDue' ? dueInTime(answer.tickets as IDataObject[], parameters) : [answer];
