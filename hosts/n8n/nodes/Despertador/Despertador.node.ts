import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { eventProperties } from './eventProperties';
import { executeEvents, executeTickets } from './execute';
import { ticketProperties } from './ticketProperties';

export class Despertador implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Despertador',
		name: 'despertador',
		icon: {
			light: 'file:../../icons/despertador.svg',
			dark: 'file:../../icons/despertador.dark.svg',
		},
		group: ['transform'],
		version: 1,
		subtitle: '={{$parameter["operation"] + ": " + $parameter["resource"]}}',
		description:
			'Tell the desk what happens in a conversation, hold or extend a ticket, and ask why it is reminded or closed',
		defaults: { name: 'Despertador' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],

		usableAsTool: true,
		credentials: [{ name: 'despertadorApi', required: true }],
		properties: [
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				options: [
					{ name: 'Event', value: 'event' },
					{ name: 'Ticket', value: 'ticket' },
				],
				default: 'event',
			},
			...eventProperties,
			...ticketProperties,
		],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const operation = this.getNodeParameter('operation', 0) as string;
		const isEvent = this.getNodeParameter('resource', 0) === 'event';
		const execute = isEvent ? executeEvents : executeTickets;
		return [await execute.call(this, operation)];
	}
}
