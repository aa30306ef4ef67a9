// Human assistance: the customers with their tickets, and calls of the component about them.
//
// The store has one record per customer. It is changed by one task at a time, and each task ends in
// the same way: deferred events are recorded, then due actions are carried out one by one, and the
// alarm is set for the next step. So messages, timers, restarts and retries share one path.
import { CallFailed, check, rendered, withDone, word } from '@despertador/host';
import TinyQueue from 'tinyqueue';
import { Alarm, clock } from './clock.mjs';
import { Misunderstood, customerSpoke, event, message, read, ticket as facts } from './inbound.mjs';
import { afterClose, closePackage, outgoing, reopening } from './outbound.mjs';
import { Turns } from './turns.mjs';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Maximum number of inputs that wait until the component works again; with more, people must close the ticket. */
const UNHEARD = 64;
/** Maximum number of remembered instants of messages to a customer, as many as the contract allows. */
const SENT = 64;
/** Maximum number of consecutive actions of a ticket; a chain of overdue reminders is far shorter. */
const IN_A_ROW = 200;
/** After a failure the ticket is deferred for a minute, then twice as long each time, at most an hour. */
const rest = (tries) => Math.min(MINUTE * 2 ** Math.min(tries - 1, 6), 60 * MINUTE);

const NO_POLICY = new CallFailed('there is no valid policy, so nothing is sent and nothing is closed');

/** What belongs to the customer rather than to a ticket, and is passed on to the next one. */
const OF_THE_CUSTOMER = ['channel', 'locale', 'customerZone', 'optedOut', 'group', 'more'];

/** A report about a ticket that the customer is not in. Nothing has changed. */
export class NotHere extends Error {
  constructor(problem, help) {
    super(`${problem}; ${help}`);
    this.name = 'NotHere';
  }
}

export class Assistance {
  #policy;
  #store;
  #emit;
  #options;
  #report;
  #changed;
  #turns = new Turns();
  #alarm = new Alarm(TinyQueue, (customer) => this.#wake(customer));
  /** When closed tickets are deleted. */
  #drawer = new Alarm(TinyQueue, (customer) => this.#wake(customer));
  /** Records that could not be stored: until they are, they replace the stored ones. */
  #kept = new Map();
  /** Inputs that arrived while a record could not be read. */
  #missed = new Map();
  #open = new Set();
  #failing = new Set();

  /**
   * - `policy`: a checked policy, or nothing; then tickets are recorded and left alone;
   * - `store`: `get`, `set`, `remove`, `names`, each of which may be asynchronous;
   * - `emit(port, msg)`: passes a message to the flow at once; ports are `agent`, `customer`,
   *   `inactivity`, `messages`, `desk`;
   * - `report(error)`: reports a failure to people; `passOver(problem)` what was left out;
   * - `changed()`: the numbers below have changed;
   * - `options`: `department`, `channel`, `keep` in days, `confirm` in milliseconds or nothing.
   */
  constructor({ policy, store, emit, report, passOver, changed = () => {}, options = {} }) {
    this.#policy = policy;
    this.#store = store;
    this.#emit = emit;
    this.#report = report;
    this.#changed = changed;
    this.#options = { channel: 'web-chat', keep: 30, ...options };
    this.passOver = passOver ?? report;
  }

  /** The number of open tickets, of deferred tickets, and the next wake-up. */
  get open() {
    return this.#open.size;
  }

  get failing() {
    return this.#failing.size;
  }

  get next() {
    return this.#alarm.next;
  }

  /** Loads the stored records and carries out what became due while the process was down. */
  async start() {
    const customers = await this.#store.names();
    await Promise.all(customers.map((customer) => this.#wake(customer)));
  }

  /** Processes an input; resolves when everything that follows at once is done. */
  async hear(msg) {
    let said;
    try {
      said = read(msg, clock.now(), this.passOver);
    } catch (error) {
      // The customer may have written: until somebody has looked, nobody is reminded or closed.
      if (error instanceof Misunderstood && error.customer !== undefined) {
        await this.#turn(error.customer, { customer: error.customer, facts: {}, input: { event: 'unread' } });
      }
      throw error;
    }
    await this.#turn(said.customer, said);
  }

  /** Stops all tasks and timers. */
  async stop() {
    this.#alarm.stop();
    this.#drawer.stop();
    await this.#turns.idle();
  }

  #wake(customer) {
    return this.#turn(customer).catch(this.#report);
  }

  /** A task of one customer. */
  #turn(customer, said) {
    return this.#turns.take(customer, async () => {
      if (said) this.#missed.set(customer, [...(this.#missed.get(customer) ?? []), said]);
      let record;
      try {
        record = this.#kept.get(customer) ?? (await this.#store.get(customer));
      } catch (error) {
        this.#alarm.set(customer, clock.now() + MINUTE);
        throw error;
      }
      const inputs = this.#missed.get(customer) ?? [];
      this.#missed.delete(customer);
      const problems = [];
      for (const input of inputs) {
        try {
          record = this.#take(record, input);
        } catch (error) {
          problems.push(error);
        }
      }
      if (record) await this.#settle(record);
      if (problems.length > 0) throw problems[0];
    });
  }

  /** Adds the input to the record, which may be a new one; the component gets it later. */
  #take(record, { customer, ticket, facts, input }) {
    const here = record?.ticket;
    const open = here?.status === 'open';
    if (input.event === 'unread' || input.event === 'checked') {
      // Of whom nothing is known nothing is held back.
      if (!record) return record;
      if (input.event === 'unread' && open) record.unread = true;
      else delete record.unread;
      return record;
    }
    const begins = customerSpoke(input) || input.event === 'opened';
    if (here && ticket !== undefined && ticket !== here.id) {
      if (open) {
        throw new NotHere(
          `\`${customer}\` is in this block with the ticket \`${here.id}\`, not with \`${ticket}\``,
          'close the one before the other is opened, or give them topics of their own',
        );
      }
      if (!begins) throw new NotHere(`\`${customer}\` is not in this block with the ticket \`${ticket}\``, 'nothing is done');
    }
    // Who has written is known to have written.
    if (record && customerSpoke(input)) delete record.unread;
    const another = ticket !== undefined && ticket !== here?.id;
    if (!here && input.event === 'occurred') {
      record = this.#opened(record, customer, ticket, 'closed');
    } else if (!here || another || (!open && input.event === 'opened')) {
      if (!begins) {
        throw new NotHere(`\`${customer}\` is in no ticket of this block`, 'their first message opens one, or the event `opened`');
      }
      record = this.#opened(record, customer, ticket, 'open');
      if (input.event !== 'opened') this.#announce(record, 'opened');
    }
    const current = record.ticket;
    for (const [name, value] of Object.entries(facts)) {
      if (value === null) delete current[name];
      else current[name] = value;
    }
    switch (input.event) {
      case 'facts':
        return record;
      case 'closed':
        if (current.status === 'closed') return record;
        record.exiting = { by: input.by };
        this.#closed(record);
        break;
      case 'reopened':
        this.#reopen(record);
        break;
      case 'sent':
      case 'failed':
        if (record.handed === undefined || rendered(record.handed.key) !== input.key) {
          this.passOver(new NotHere(`no message with the key \`${input.key}\` waits to be confirmed`, 'it is passed over'));
          return record;
        }
        this.#confirmed(record, input);
        return record;
    }
    if (current.status === 'closed' && customerSpoke(input)) record.returning = input;
    this.#keepUnheard(record, input);
    return record;
  }

  #keepUnheard(record, input) {
    if (record.aside) return;
    record.unheard.push(input);
    if (record.unheard.length <= UNHEARD) return;
    // It is unknown which of them was the customer's answer, so the ticket must not be closed.
    record.unheard = [];
    record.aside = true;
    this.#report(new CallFailed(`the ticket \`${record.ticket.id}\` is set aside: too much happened while the plugin could not be asked; close it by hand`));
  }

  /** A record with a new ticket, whose id comes from the flow or from the customer and a number. */
  #opened(record, customer, id, status) {
    const number = (record?.number ?? 0) + 1;
    const before = Object.entries(record?.ticket ?? {}).filter(([name]) => OF_THE_CUSTOMER.includes(name));
    const { department, channel } = this.#options;
    return {
      customer,
      number,
      ticket: { id: id ?? `${customer}-${number}`, status, department: department || undefined, channel, ...Object.fromEntries(before) },
      memory: '',
      done: [],
      unheard: [],
      outbox: record?.outbox ?? [],
      sent: record?.sent ?? [],
    };
  }

  #announce(record, happened, more = {}) {
    record.outbox.push({ port: 'desk', msg: { ...base(record), event: happened, ...more } });
  }

  #closed(record) {
    record.ticket.status = 'closed';
    delete record.unread;
    record.forget = clock.now() + this.#options.keep * DAY;
    delete record.aside;
  }

  #reopen(record) {
    record.ticket.status = 'open';
    delete record.forget;
  }

  /** The result of a delivered message, as reported by the channel. */
  #confirmed(record, { event, at, received, failure }) {
    const { key } = record.handed;
    delete record.handed;
    record.unheard.push({ event, at, received, failure, key });
    if (event === 'sent') record.done = withDone(record.done, key);
  }

  /** Records deferred events, carries out what is due, and sets the alarm. */
  async #settle(record) {
    const { customer } = record;
    try {
      if (record.forget !== undefined && record.forget <= clock.now() && !record.returning) {
        await this.#store.remove(customer);
        this.#kept.delete(customer);
        this.#failing.delete(customer);
        this.#alarm.set(customer, undefined);
        this.#count(customer);
        return;
      }
      const wake = await this.#carryOutAll(record);
      record.tries = 0;
      this.#failing.delete(customer);
      await this.#keep(record);
      this.#set(record, wake);
    } catch (error) {
      record.tries = (record.tries ?? 0) + 1;
      this.#failing.add(customer);
      // The errors of a policy were reported when it was deployed, and retrying cannot help.
      const hopeless = error === NO_POLICY;
      if (!hopeless) this.#report(error);
      if (record.exiting) this.#exit(record);
      if (record.returning) this.#openAnother(record);
      await this.#flush(record)
        .then(() => this.#keep(record))
        .catch(this.#report);
      this.#set(record, hopeless ? undefined : clock.now() + rest(record.tries));
    }
  }

  #set(record, wake) {
    const instants = [wake, record.handed?.until].filter((at) => at !== undefined);
    this.#alarm.set(record.customer, instants.length > 0 ? Math.min(...instants) : undefined);
    this.#drawer.set(record.customer, record.forget);
    this.#count(record.customer, record);
  }

  #count(customer, record) {
    if (record?.ticket.status === 'open') this.#open.add(customer);
    else this.#open.delete(customer);
    this.#changed();
  }

  /** Returns the instant of the next wake-up, if any. */
  async #carryOutAll(record) {
    for (let actions = 0; actions < IN_A_ROW; actions += 1) {
      await this.#flush(record);
      if (record.aside) return undefined;
      this.#giveUp(record);
      this.#hearAll(record);
      const decision = this.#ask(record);
      const { outcome } = decision;
      if (record.unread && record.ticket.status === 'open' && ['act', 'wait'].includes(outcome.tag)) {
        // Automatic replies and the rest of what a flow says go on; see `checked`.
        if (outcome.tag === 'wait' || ['send', 'close'].includes(outcome.val.task.tag)) return undefined;
      }
      if (outcome.tag === 'act' && !record.handed) {
        if (await this.#carryOut(record, outcome.val)) continue;
        return undefined;
      }
      if (record.exiting) {
        this.#exit(record);
        continue;
      }
      // The customer is back in the block, and the component has nothing to do with their closed
      // ticket.
      if (record.returning) {
        this.#openAnother(record);
        continue;
      }
      return outcome.tag === 'wait' ? Number(outcome.val.until) : undefined;
    }
    throw new CallFailed(`the plugin asks for more than ${IN_A_ROW} actions in a row for the ticket \`${record.ticket.id}\``);
  }

  #asked() {
    if (!this.#policy) throw NO_POLICY;
    return this.#policy;
  }

  #hearAll(record) {
    while (record.unheard.length > 0) {
      const [input] = record.unheard;
      const policy = this.#asked();
      const about = [facts(record.ticket, record.sent), bytes(record.memory)];
      const update =
        input.event === 'message' ? policy.onMessage(...about, message(input)) : policy.onEvent(...about, event(input, input.key));
      record.memory = Buffer.from(update.memory).toString('base64');
      record.unheard.shift();
    }
  }

  #ask(record) {
    const now = clock.now();
    const decision = this.#asked().onTick(facts(record.ticket, record.sent), bytes(record.memory), now);
    return check(decision, { ticket: record.ticket.id, done: record.done, now });
  }

  /** Messages that were not confirmed in time have failed. */
  #giveUp(record) {
    const now = clock.now();
    if (record.handed === undefined || record.handed.until > now) return;
    this.#confirmed(record, { event: 'failed', at: now, received: now, failure: 'unreachable' });
  }

  /**
   * Carries one action out. Returns whether to go on: not if something new was said of this customer
   * in the meantime, which has to be heard first.
   */
  async #carryOut(record, action) {
    const name = rendered(action.key);
    // The mark is from before a crash: it is unknown whether the message was sent.
    const redelivered = record.leaving === name;
    record.leaving = name;
    await this.#keep(record);
    const givesWay = ['send', 'close', 'reply'].includes(action.task.tag);
    if (givesWay && this.#turns.waiting(record.customer) > 0) {
      delete record.leaving;
      await this.#keep(record);
      return false;
    }
    // Storing took time. From here on nothing waits until the message has been sent.
    const again = this.#ask(record).outcome;
    if (again.tag !== 'act' || rendered(again.val.key) !== name) {
      delete record.leaving;
      return true;
    }
    const reported = this.#do(record, again.val, redelivered);
    delete record.leaving;
    if (reported) {
      const now = clock.now();
      record.unheard.push({ at: now, received: now, key: action.key, ...reported });
      if (reported.event === 'sent') record.done = withDone(record.done, action.key);
    }
    await this.#keep(record);
    return true;
  }

  /** Returns what to report of the action; nothing if the channel will say it. */
  #do(record, { key, task }, redelivered) {
    const name = rendered(key);
    const leave = (port, msg) => {
      const [target, kind] = port;
      this.#emit(target, { ...base(record), ...msg, event: kind, key: name, ...(redelivered && { redelivered }) });
    };
    const done = { event: 'sent' };
    const unable = { event: 'failed', failure: 'refused' };
    /** To the customer or as a note to the people in charge; to nobody else. */
    const send = (message, kind, more) => {
      const audience = message.audience.tag;
      if (audience === 'people-in-charge') {
        leave(['desk', 'note'], { ...outgoing(message), ...more });
        return done;
      }
      if (audience !== 'customer') return unable;
      leave(['messages', kind], { ...outgoing(message), ...more });
      record.sent = [...record.sent, clock.now()].slice(-SENT);
      if (this.#options.confirm === undefined) return done;
      record.handed = { key, until: clock.now() + this.#options.confirm };
      return undefined;
    };
    switch (task.tag) {
      case 'send':
        return send(task.val.message, 'reminder', { reminder: { number: task.val.number, of: task.val.of } });
      case 'reply': {
        const { event: answered, message, missedCall } = task.val;
        const missed = word(missedCall);
        if (missed === 'new-ticket') {
          this.#reopen(record);
          record.unheard.push({ event: 'opened', by: 'flow', at: clock.now(), received: clock.now() });
        }
        if (['on-ticket', 'new-ticket'].includes(missed)) leave(['desk', 'missed-call'], { missedCall: missed, answered });
        return message ? send(message, 'reply', { answered }) : done;
      }
      case 'close': {
        const { exit, closingText } = task.val;
        const port = { 'customer-inactivity': 'inactivity', 'customer-resolved': 'customer' }[exit];
        if (!port) return unable;
        const close = closePackage(task.val);
        record.ticket.tags = [...new Set([...(record.ticket.tags ?? []), ...close.tags])];
        if (close.then.unassign) delete record.ticket.agent;
        this.#closed(record);
        if (closingText?.audience.tag === 'customer') {
          leave(['messages', 'closing-text'], outgoing(closingText));
          record.sent = [...record.sent, clock.now()].slice(-SENT);
        }
        leave([port, 'closed'], { exit, payload: close.notice, close });
        return done;
      }
      case 'after-close': {
        const then = afterClose(task.val);
        if (then.unassign) delete record.ticket.agent;
        if (record.exiting) this.#leaveBy(record, then, redelivered);
        else leave(['desk', 'after-close'], { close: { then } });
        delete record.exiting;
        return done;
      }
      case 'notify':
        leave(['desk', 'notification'], { code: task.val.code, payload: task.val.text });
        return done;
      case 'reopen':
        this.#reopen(record);
        delete record.returning;
        leave(['desk', 'reopened'], { reopening: reopening(task.val) });
        return done;
      case 'open-linked':
        this.#openAnother(record, { linkedTo: record.ticket.id, reopening: reopening(task.val) });
        // The old ticket's memory is gone, so there is nothing to report to.
        return undefined;
      default:
        return unable;
    }
  }

  /** The customer's message belongs to a ticket of its own. */
  #openAnother(record, more) {
    const input = record.returning;
    const another = this.#opened(record, record.customer, undefined, 'open');
    for (const name of Object.keys(record)) delete record[name];
    Object.assign(record, another);
    this.#announce(record, 'opened', more);
    if (input) record.unheard.push(input);
  }

  /** The exit after a close by people, when no steps follow it or nobody can say which. */
  #exit(record) {
    record.outbox.push(exitOf(record));
    delete record.exiting;
  }

  #leaveBy(record, then, redelivered) {
    const { port, msg } = exitOf(record, then);
    this.#emit(port, { ...msg, ...(redelivered && { redelivered }) });
  }

  /** Lets those messages leave that do not hang on the component. */
  async #flush(record) {
    if (record.outbox.length === 0) return;
    const redelivered = record.outbox.some(({ stored }) => stored);
    for (const one of record.outbox) one.stored = true;
    await this.#keep(record);
    for (const { port, msg } of record.outbox.splice(0)) {
      this.#emit(port, { ...msg, ...(redelivered && { redelivered }) });
    }
    await this.#keep(record);
  }

  async #keep(record) {
    this.#kept.set(record.customer, record);
    await this.#store.set(record.customer, record);
    this.#kept.delete(record.customer);
  }
}

const bytes = (memory) => new Uint8Array(Buffer.from(memory, 'base64'));
const base = ({ customer, ticket }) => ({ topic: customer, ticket: structuredClone(ticket) });

/** Closes by people leave by the agent's exit or the customer's; by programs, as by an agent. */
function exitOf(record, then) {
  const { by } = record.exiting;
  const exit = by === 'customer' ? 'customer-closed' : 'agent-closed';
  const msg = { ...base(record), event: 'closed', exit, close: { source: by, ...(then && { then }) } };
  return { port: by === 'customer' ? 'customer' : 'agent', msg };
}
