import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

const shownIn = (...operation: string[]): IDisplayOptions => ({
	show: { resource: ['ticket'], operation },
});

export const ticketProperties: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['ticket'] } },
		options: [
			{
				name: 'Explain',
				value: 'explain',
				action: 'Explain a ticket',
				description: 'Get the decision about a ticket in words: what happens next and why',
			},
			{
				name: 'Extend',
				value: 'extend',
				action: 'Extend a ticket',
				description: 'Give the customer more time',
			},
			{
				name: 'Get',
				value: 'get',
				action: 'Get a ticket',
				description: 'Get the facts and the next step of a ticket',
			},
			{
				name: 'Get Due',
				value: 'getDue',
				action: 'Get due tickets',
				description:
					'Get the tickets that have a next step, in the order in which the steps are due',
			},
			{
				name: 'Hold',
				value: 'hold',
				action: 'Hold a ticket',
				description: 'Stop the clock of a ticket',
			},
			{
				name: 'Release',
				value: 'release',
				action: 'Release a ticket',
				description: 'Let the clock of a held ticket go on',
			},
		],
		default: 'explain',
	},
	{
		displayName: 'Ticket ID',
		name: 'ticket',
		type: 'string',
		default: '',
		required: true,
		displayOptions: shownIn('explain', 'extend', 'get', 'hold', 'release'),
		description: 'The ID of the ticket in your help desk',
	},
	{
		displayName: 'Extension',
		name: 'by',
		type: 'string',
		default: '',
		placeholder: 'e.g. 2 h',
		required: true,
		displayOptions: shownIn('extend'),
		description: 'How much time: 10 min, 2 h, 1 d',
	},
	{
		displayName: 'Language',
		name: 'language',
		type: 'options',
		options: [
			{ name: 'English', value: 'en' },
			{ name: 'Portuguese', value: 'pt' },
			{ name: 'Spanish', value: 'es' },
		],
		default: 'en',
		displayOptions: shownIn('explain'),
		description: 'The language of the explanation',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 1000 },
		default: 50,
		displayOptions: shownIn('getDue'),
		description: 'Max number of results to return',
	},
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add Filter',
		default: {},
		displayOptions: shownIn('getDue'),
		options: [
			{
				displayName: 'Customer ID',
				name: 'customer',
				type: 'string',
				default: '',
				description: 'Only tickets of this customer',
			},
			{
				displayName: 'Department',
				name: 'department',
				type: 'string',
				default: '',
				description: 'Only tickets of this department',
			},
			{
				displayName: 'Due Before',
				name: 'dueBefore',
				type: 'dateTime',
				default: '',
				description: 'Only tickets whose next step is due before this time',
			},
		],
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		displayOptions: shownIn('explain'),
		options: [
			{
				displayName: 'Timeline Entry',
				name: 'entry',
				type: 'number',
				default: 0,
				description:
					'The number of the entry whose decision is explained; by default the current one',
			},
			{
				displayName: 'UTC Offset',
				name: 'utcOffset',
				type: 'number',
				default: 0,
				description: 'The minutes east of UTC for times in the explanation, such as -180',
			},
		],
	},
];
