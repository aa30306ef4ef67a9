import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

import { AUTHORS, CHANNELS, FAILURES, KINDS, ORIGINS, SOURCES } from '../shared/options';
import type { EventName } from './events';

/** The operations in which a property is shown. */
const shownIn = (...operation: string[]): IDisplayOptions => ({
	show: { resource: ['event'], operation },
});

/** The events for which a detail is asked. */
const shownFor = (...event: EventName[]): IDisplayOptions => ({
	show: { resource: ['event'], operation: ['happening'], event },
});

const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['event'] } },
	options: [
		{
			name: 'Record Event',
			value: 'happening',
			action: 'Record an event',
			description: 'Tell the desk that a ticket was closed, assigned, put on hold and so on',
		},
		{
			name: 'Record Facts',
			value: 'facts',
			action: 'Record facts',
			description: 'Tell the desk the department, channel, tags or customer of a ticket',
		},
		{
			name: 'Record Message',
			value: 'message',
			action: 'Record a message',
			description: 'Tell the desk that the customer, an agent or a bot has written',
		},
		{
			name: 'Report Failure',
			value: 'failure',
			action: 'Report a failure',
			description:
				'Tell the desk that an action of the trigger failed after all. A reminder that failed is no warning.',
		},
	],
	default: 'message',
};

const ticket: INodeProperties = {
	displayName: 'Ticket ID',
	name: 'ticket',
	type: 'string',
	default: '',
	required: true,
	displayOptions: shownIn('happening', 'facts', 'message'),
	description: 'The ID of the ticket in your help desk. The first event of a ticket creates it.',
};

const message: INodeProperties[] = [
	{
		displayName: 'Author',
		name: 'author',
		type: 'options',
		options: AUTHORS,
		default: 'customer',
		displayOptions: shownIn('message'),
		description:
			'Who wrote. A message of an agent starts the clock, a message of the customer stops it.',
	},
	{
		displayName: 'Text',
		name: 'text',
		type: 'string',
		typeOptions: { rows: 2 },
		default: '',
		displayOptions: shownIn('message'),
		description: 'What was written; needed for opt-out words and quick replies only',
	},
];

const event: INodeProperties[] = [
	{
		displayName: 'Event',
		name: 'event',
		type: 'options',
		options: [
			{ name: 'Assigned', value: 'assigned', description: 'An agent has the ticket' },
			{ name: 'Call Ended', value: 'call-ended' },
			{
				name: 'Call Started',
				value: 'call-started',
				description: 'Nothing falls due during a call',
			},
			{ name: 'Closed', value: 'closed', description: 'Somebody closed the ticket' },
			{ name: 'Extended', value: 'extended', description: 'The customer was given more time' },
			{ name: 'Held', value: 'held', description: 'An agent put the ticket on hold' },
			{
				name: 'Message Undelivered',
				value: 'message-undelivered',
				description: 'A message of the company did not reach the customer',
			},
			{
				name: 'Occurred',
				value: 'occurred',
				description: 'Something that an automatic reply may answer, such as a missed call',
			},
			{ name: 'Opened', value: 'opened', description: 'Somebody opened the ticket' },
			{ name: 'Released', value: 'released', description: 'The hold ended' },
			{ name: 'Reopened', value: 'reopened', description: 'Somebody reopened the ticket' },
			{ name: 'Snoozed', value: 'snoozed', description: 'An agent snoozed the ticket' },
			{
				name: 'Transferred',
				value: 'transferred',
				description: 'The ticket went to another department or agent',
			},
			{ name: 'Typing', value: 'typing', description: 'The customer is typing' },
			{ name: 'Unassigned', value: 'unassigned', description: 'The ticket went back to the queue' },
			{ name: 'Woken', value: 'woken', description: 'The snooze ended' },
		] satisfies Array<{ name: string; value: EventName; description?: string }>,
		default: 'closed',
		displayOptions: shownIn('happening'),
		description: 'What happened to the ticket',
	},
	{
		displayName: 'By',
		name: 'by',
		type: 'options',
		options: SOURCES,
		default: 'agent',
		displayOptions: shownFor('opened', 'closed', 'reopened'),
		description: 'Who did it',
	},
	{
		displayName: 'Agent',
		name: 'agent',
		type: 'string',
		default: '',
		required: true,
		displayOptions: shownFor('assigned'),
		description: 'The name of the agent who has the ticket now',
	},
	{
		displayName: 'Department',
		name: 'department',
		type: 'string',
		default: '',
		displayOptions: shownFor('transferred'),
		description: 'The new department; empty if it is the same',
	},
	{
		displayName: 'New Agent',
		name: 'newAgent',
		type: 'string',
		default: '',
		displayOptions: shownFor('transferred'),
		description: 'The name of the new agent; empty if the ticket waits in the queue',
	},
	{
		displayName: 'Until',
		name: 'until',
		type: 'dateTime',
		default: '',
		displayOptions: shownFor('snoozed'),
		description: 'When the snooze ends; empty if nobody knows',
	},
	{
		displayName: 'Extension',
		name: 'extension',
		type: 'string',
		default: '',
		placeholder: 'e.g. 10 min',
		required: true,
		displayOptions: shownFor('extended'),
		description: 'How much time: 10 min, 2 h, 1 d',
	},
	{
		displayName: 'Undelivered Message ID',
		name: 'undelivered',
		type: 'string',
		default: '',
		required: true,
		displayOptions: shownFor('message-undelivered'),
		description: 'The ID with which the message was recorded',
	},
	{
		displayName: 'Occurrence',
		name: 'occurrence',
		type: 'string',
		default: '',
		placeholder: 'e.g. call-missed',
		required: true,
		displayOptions: shownFor('occurred'),
		description: 'The name of the occurrence, as the policy has it',
	},
	{
		displayName: 'Details',
		name: 'details',
		type: 'json',
		default: '{}',
		displayOptions: shownFor('occurred'),
		description: 'Names and values, such as the ID of the call',
	},
];

const eventId: INodeProperties = {
	displayName: 'Event ID',
	name: 'eventId',
	type: 'string',
	default: '',
	displayOptions: shownIn('happening', 'facts', 'message'),
	description:
		'The ID that the channel gave to the message or event. What has an ID is recorded once, however often the node runs.',
};

const facts: INodeProperties = {
	displayName: 'Facts',
	name: 'facts',
	type: 'collection',
	placeholder: 'Add Fact',
	default: {},
	displayOptions: shownIn('happening', 'facts', 'message'),
	description: 'What is known of the ticket from now on. What is not set stays as it was.',
	options: [
		{
			displayName: 'Agent',
			name: 'agent',
			type: 'string',
			default: '',
			description: 'The name of the agent in charge',
		},
		{
			displayName: 'Channel',
			name: 'channel',
			type: 'options',
			options: CHANNELS,
			default: 'whatsapp',
			description: 'Where the customer writes',
		},
		{
			displayName: 'Customer ID',
			name: 'customer',
			type: 'string',
			default: '',
			description: 'Who the customer is, such as the number on WhatsApp',
		},
		{
			displayName: 'Customer Time Zone',
			name: 'customerZone',
			type: 'string',
			default: '',
			placeholder: 'e.g. America/Bogota',
			description: 'The time zone in which messages to the customer are limited to certain hours',
		},
		{
			displayName: 'Department',
			name: 'department',
			type: 'string',
			default: '',
			description: 'The department, which chooses the rule of the policy',
		},
		{
			displayName: 'Further Facts',
			name: 'more',
			type: 'fixedCollection',
			typeOptions: { multipleValues: true },
			placeholder: 'Add Fact',
			default: {},
			description: 'Values for texts and rules, such as customer.name or ticket.priority',
			options: [
				{
					displayName: 'Fact',
					name: 'fact',
					values: [
						{
							displayName: 'Name',
							name: 'name',
							type: 'string',
							default: '',
							placeholder: 'e.g. customer.name',
						},
						{
							displayName: 'Value',
							name: 'value',
							type: 'string',
							default: '',
						},
					],
				},
			],
		},
		{
			displayName: 'Group',
			name: 'group',
			type: 'boolean',
			default: false,
			description: 'Whether it is a group conversation, which policies exempt by default',
		},
		{
			displayName: 'Language',
			name: 'locale',
			type: 'string',
			default: '',
			placeholder: 'e.g. pt-BR',
			description: 'The language of the customer, which chooses among the texts of the policy',
		},
		{
			displayName: 'Opted Out',
			name: 'optedOut',
			type: 'boolean',
			default: false,
			description: 'Whether the customer has refused automatic messages',
		},
		{
			displayName: 'Tags',
			name: 'tags',
			type: 'string',
			default: '',
			description: 'The tags of the ticket, with commas between them',
		},
		{
			displayName: 'Window Until',
			name: 'windowUntil',
			type: 'dateTime',
			default: '',
			description: 'Until when the channel accepts free text, if it says so',
		},
	],
};

const options: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	displayOptions: shownIn('happening', 'facts', 'message'),
	options: [
		{
			displayName: 'Kind',
			name: 'kind',
			type: 'options',
			options: KINDS,
			default: 'text',
			displayOptions: { show: { '/operation': ['message'] } },
			description: 'The kind of the message; not every kind counts as an answer',
		},
		{
			displayName: 'Origin',
			name: 'origin',
			type: 'options',
			options: ORIGINS,
			default: 'written',
			displayOptions: { show: { '/operation': ['message'] } },
			description: 'What caused the message. Only what a person has written counts as an answer.',
		},
		{
			displayName: 'Quick Reply',
			name: 'choice',
			type: 'string',
			default: '',
			displayOptions: { show: { '/operation': ['message'] } },
			description: 'The ID of the quick reply that the customer chose',
		},
		{
			displayName: 'Sequence',
			name: 'sequence',
			type: 'number',
			default: 0,
			description: 'The number of the event in the ticket, if the channel numbers events',
		},
		{
			displayName: 'Time',
			name: 'at',
			type: 'dateTime',
			default: '',
			description: 'When it happened, also as seconds since 1970; by default now',
		},
	],
};

const failure: INodeProperties[] = [
	{
		displayName: 'Action Key',
		name: 'key',
		type: 'string',
		default: '={{ $json.key }}',
		required: true,
		displayOptions: shownIn('failure'),
		description: 'The key of the action that failed, from the Despertador Trigger',
	},
	{
		displayName: 'Failure',
		name: 'failure',
		type: 'options',
		options: FAILURES,
		default: 'refused',
		displayOptions: shownIn('failure'),
		description: 'Why it failed',
	},
];

export const eventProperties: INodeProperties[] = [
	operation,
	ticket,
	...message,
	...event,
	eventId,
	facts,
	options,
	...failure,
];
