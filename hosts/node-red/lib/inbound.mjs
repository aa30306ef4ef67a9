// Converts a flow's messages to the contract's types. Plain values only, so that they can be
// stored.

import { AUTHOR, CHANNEL, FAILURE_KIND, MESSAGE_KIND, ORIGIN, SOURCE } from '@despertador/host/words';

// Closes for inactivity are made by this node itself.
const SOURCES = SOURCE.filter((source) => source !== 'inactivity');

/** The events a flow can tell, each with the property it needs besides, if any. */
export const EVENTS = {
  message: 'from',
  opened: 'by',
  closed: 'by',
  reopened: 'by',
  typing: null,
  held: null,
  released: null,
  snoozed: 'until',
  woken: null,
  'call-started': null,
  'call-ended': null,
  assigned: 'agent',
  unassigned: null,
  transferred: 'department',
  extended: 'duration',
  occurred: 'occurrence',
  facts: 'ticket',
  checked: null,
  sent: 'key',
  failed: 'key',
};

/** The facts a flow can tell of a ticket in `msg.ticket`, each with what it must be. */
const FACTS = {
  department: 'text',
  channel: 'text',
  tags: 'texts',
  agent: 'text',
  locale: 'text',
  customerZone: 'text',
  incompleteMetadata: 'flag',
  group: 'flag',
  optedOut: 'flag',
  windowUntil: 'instant',
  sentToCustomer: 'instants',
  more: 'names',
};

/** A message of the flow that says nothing the node can use; the text names the place. */
export class Misunderstood extends Error {
  /** The customer that it names all the same, if it does. */
  customer;

  constructor(place, problem, help) {
    super(`${place} ${problem}; ${help}`);
    this.name = 'Misunderstood';
  }
}

/** Half of an emoji is U+FFFD, and a byte order mark at the beginning is no part of a text. */
const wellFormed = (text) => text.replace(/^\ufeff/, '').replace(/\p{Surrogate}/gu, '\ufffd');

/** A number, also where a sender has put its digits in quotes. */
const number = (value) => (typeof value === 'string' && /^\s*-?\d+\s*$/.test(value) ? Number(value) : value);

/** Smaller numbers are seconds since 1970, not milliseconds: no conversation is from before 1973. */
const SECONDS_BELOW = 100_000_000_000;

const READ = {
  text: (value) => (typeof value === 'string' || typeof value === 'number' ? wellFormed(String(value)) : undefined),
  texts: (value) => (Array.isArray(value) && value.every((each) => typeof each === 'string') ? value.map(wellFormed) : undefined),
  flag: (value) => (typeof value === 'boolean' ? value : { true: true, false: false }[value]),
  count: (value) => (Number.isSafeInteger(number(value)) && number(value) >= 0 ? number(value) : undefined),
  instant: (value) => {
    const plain = number(value);
    // `+0000` and `-0300` are offsets too.
    const text = typeof plain === 'string' ? plain.trim().replace(/([+-]\d{2})(\d{2})$/, '$1:$2') : plain;
    const at = text instanceof Date || typeof text === 'string' ? new Date(text).getTime() : text;
    if (!Number.isSafeInteger(at)) return undefined;
    return typeof plain === 'number' && Math.abs(at) < SECONDS_BELOW ? at * 1000 : at;
  },
  instants: (value) => {
    const all = Array.isArray(value) ? value.map(READ.instant) : [undefined];
    return all.includes(undefined) ? undefined : all;
  },
  names: (value) => {
    const all = value && typeof value === 'object' && !Array.isArray(value) ? Object.entries(value) : undefined;
    return all?.every(([, each]) => typeof each === 'string') ? all.map(([name, each]) => [name, wellFormed(each)]) : undefined;
  },
};

const EXPECTED = {
  text: 'give a text',
  texts: 'give a list of texts',
  flag: 'give true or false',
  count: 'give a whole number from 0',
  instant: 'give milliseconds since 1970, a Date, or an ISO 8601 text',
  instants: 'give a list of instants',
  names: 'give an object whose values are texts',
};

/**
 * Reads a message of the flow: `{ customer, ticket, facts, input }`, where `input` is what happened.
 *
 * A customer who wrote has written, whatever is wrong with the particulars: those are left out and
 * handed to `passOver`. Anything else that cannot be read is thrown as `Misunderstood`.
 */
export function read(msg, now, passOver) {
  try {
    return understood(msg, now, passOver);
  } catch (error) {
    if (error instanceof Misunderstood) error.customer = READ.text(msg.topic ?? undefined) || undefined;
    throw error;
  }
}

function understood(msg, now, passOver) {
  const fromCustomer = msg.from === 'customer' && (msg.event === undefined || msg.event === 'message');
  const refuse = (problem) => {
    if (!fromCustomer) throw problem;
    passOver(problem);
  };
  const particular = (place, value, kind) => {
    if (value === undefined || value === null) return undefined;
    const read = READ[kind](value);
    if (read === undefined) refuse(new Misunderstood(place, `is ${shown(value)}`, EXPECTED[kind]));
    return read;
  };
  const oneOf = (place, value, words) => {
    if (words.includes(value)) return value;
    throw new Misunderstood(place, `is ${shown(value)}`, `it is one of ${words.join(', ')}`);
  };

  const customer = READ.text(msg.topic ?? undefined);
  if (!customer) throw new Misunderstood('msg.topic', `is ${shown(msg.topic)}`, 'it names the customer');

  const named = msg.ticket !== null && typeof msg.ticket === 'object' ? msg.ticket : { id: msg.ticket };
  const ticket = particular('msg.ticket.id', named.id, 'text');
  const facts = {};
  for (const [name, kind] of Object.entries(FACTS)) {
    // A fact with the value null no longer applies.
    if (named[name] === null) facts[name] = null;
    const value = particular(`msg.ticket.${name}`, named[name], kind);
    if (value !== undefined) facts[name] = value;
  }

  const event = oneOf('msg.event', msg.event ?? 'message', Object.keys(EVENTS));
  const input = {
    event,
    id: particular('msg.id', msg.id, 'text'),
    sequence: particular('msg.sequence', msg.sequence, 'count'),
    at: particular('msg.at', msg.at, 'instant') ?? now,
    received: now,
  };
  switch (event) {
    case 'message':
      input.from = oneOf('msg.from', msg.from, AUTHOR);
      input.kind = particular('msg.kind', msg.kind, 'text') ?? 'text';
      input.origin = particular('msg.origin', msg.origin, 'text') ?? 'written';
      input.text = typeof msg.payload === 'string' ? wellFormed(msg.payload) : undefined;
      input.choice = particular('msg.choice', msg.choice, 'text');
      break;
    case 'opened':
    case 'closed':
    case 'reopened':
      input.by = oneOf('msg.by', msg.by, SOURCES);
      break;
    case 'snoozed':
      input.until = particular('msg.until', msg.until, 'instant');
      break;
    case 'assigned':
      input.agent = particular('msg.agent', msg.agent ?? named.agent, 'text');
      if (!input.agent) throw new Misunderstood('msg.agent', 'is missing', 'it names the agent');
      facts.agent = input.agent;
      break;
    case 'unassigned':
      facts.agent = null;
      break;
    case 'transferred':
      input.department = particular('msg.department', msg.department ?? named.department, 'text');
      input.agent = particular('msg.agent', msg.agent, 'text');
      if (input.department) facts.department = input.department;
      facts.agent = input.agent ?? null;
      break;
    case 'extended':
      input.duration = particular('msg.duration', msg.duration, 'count');
      if (!input.duration) throw new Misunderstood('msg.duration', `is ${shown(msg.duration)}`, 'give milliseconds');
      break;
    case 'occurred':
      input.occurrence = particular('msg.occurrence', msg.occurrence, 'text');
      if (!input.occurrence) throw new Misunderstood('msg.occurrence', 'is missing', 'it names what occurred');
      input.details = particular('msg.details', msg.details, 'names') ?? [];
      break;
    case 'sent':
    case 'failed':
      input.key = particular('msg.key', msg.key, 'text');
      if (!input.key) throw new Misunderstood('msg.key', 'is missing', 'it is the key of the message that left');
      if (event === 'failed') input.failure = oneOf('msg.failure', msg.failure ?? 'refused', FAILURE_KIND);
      break;
  }
  return { customer, ticket, facts, input };
}

/** What may come from a customer's side without anybody having spoken. */
const SILENT = ['reaction', 'private-note', 'label', 'edit', 'receipt'];

/** Whether the customer has spoken: then they are in the block, with a ticket. */
export const customerSpoke = (input) =>
  input.event === 'message' &&
  input.from === 'customer' &&
  !SILENT.includes(input.kind) &&
  input.origin !== 'automatic-reply';

/** A word of the contract; one it does not have is `other`, which is harmless everywhere. */
const word = (value, words) => (words.includes(value) ? { tag: value } : { tag: 'other', val: value });
const optional = (value, as) => (value === undefined || value === null ? undefined : as(value));

/** The facts of a stored ticket. */
export function ticket(stored, sent) {
  return {
    id: stored.id,
    status: { tag: stored.status },
    department: stored.department ?? undefined,
    channel: word(stored.channel, CHANNEL),
    tags: stored.tags ?? [],
    agent: stored.agent ?? undefined,
    locale: stored.locale ?? undefined,
    customerZone: stored.customerZone ?? undefined,
    incompleteMetadata: stored.incompleteMetadata ?? false,
    group: stored.group ?? false,
    optedOut: stored.optedOut ?? false,
    windowUntil: optional(stored.windowUntil, BigInt),
    sentToCustomer: (stored.sentToCustomer ?? sent).map(BigInt),
    more: stored.more ?? undefined,
  };
}

const moment = (input) => ({
  id: input.id,
  sequence: optional(input.sequence, BigInt),
  at: BigInt(input.at),
  receivedAt: BigInt(input.received),
});

/** A message of the conversation. */
export const message = (input) => ({
  ...moment(input),
  author: { tag: input.from },
  kind: word(input.kind, MESSAGE_KIND),
  origin: word(input.origin, ORIGIN),
  text: input.text,
  choice: input.choice,
});

/** Anything else that happened to a ticket; `key` is the action that `sent` and `failed` speak of. */
export function event(input, key) {
  const what = () => {
    switch (input.event) {
      case 'sent':
        return { tag: 'carried-out', val: key };
      case 'failed':
        return { tag: 'failed', val: { key, kind: { tag: input.failure } } };
      case 'opened':
      case 'closed':
      case 'reopened':
        return { tag: input.event, val: { tag: input.by } };
      case 'snoozed':
        return { tag: 'snoozed', val: optional(input.until, BigInt) };
      case 'assigned':
        return { tag: 'assigned', val: input.agent };
      case 'transferred':
        return { tag: 'transferred', val: { department: input.department, agent: input.agent } };
      case 'extended':
        return { tag: 'extended', val: BigInt(input.duration) };
      case 'occurred':
        return { tag: 'occurred', val: { name: input.occurrence, details: input.details } };
      default:
        return { tag: input.event };
    }
  };
  return { ...moment(input), what: what() };
}

function shown(value) {
  if (value === undefined) return 'missing';
  const text = typeof value === 'string' ? value : JSON.stringify(value) ?? String(value);
  return `\`${text.length > 60 ? `${text.slice(0, 60)}…` : text}\``;
}
