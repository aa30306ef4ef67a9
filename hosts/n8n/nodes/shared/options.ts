import type { INodePropertyOptions } from 'n8n-workflow';

import type { AUTHOR, CHANNEL, FAILURE_KIND, MESSAGE_KIND, ORIGIN, SOURCE } from './words';

type Word<List extends readonly string[]> = List[number];

/** Options in the order of their names. Each word of the contract has one, or this does not compile. */
const options = <W extends string>(names: Record<W, string>): INodePropertyOptions[] =>
	Object.entries<string>(names)
		.map(([value, name]) => ({ name, value }))
		.sort((one, other) => one.name.localeCompare(other.name));

export const AUTHORS = options<Word<typeof AUTHOR>>({
	agent: 'Agent',
	'ai-agent': 'AI Agent',
	bot: 'Bot',
	customer: 'Customer',
});

export const CHANNELS = options<Word<typeof CHANNEL>>({
	'apple-messages': 'Apple Messages',
	email: 'Email',
	instagram: 'Instagram',
	messenger: 'Messenger',
	'mobile-app': 'Mobile App',
	sms: 'SMS',
	telegram: 'Telegram',
	voice: 'Voice',
	'web-chat': 'Web Chat',
	whatsapp: 'WhatsApp',
});

export const FAILURES = options<Word<typeof FAILURE_KIND>>({
	blocked: 'Customer Has Blocked Us',
	refused: 'Refused',
	unreachable: 'Unreachable',
});

export const KINDS = options<Word<typeof MESSAGE_KIND>>({
	edit: 'Edit',
	label: 'Label',
	location: 'Location',
	media: 'Media',
	'menu-answer': 'Menu Answer',
	'private-note': 'Private Note',
	reaction: 'Reaction',
	receipt: 'Receipt',
	sticker: 'Sticker',
	text: 'Text',
});

export const ORIGINS = options<Word<typeof ORIGIN>>({
	'automatic-reply': 'Automatic Reply',
	automation: 'Automation',
	echo: 'Echo of the Desk',
	written: 'Written',
});

/** The desk reports its own closes for inactivity. */
export const SOURCES = options<Exclude<Word<typeof SOURCE>, 'inactivity'>>({
	agent: 'Agent',
	api: 'Another Program',
	customer: 'Customer',
	flow: 'Flow of a Bot',
});
