import type {
  ActionKey, Decision, Diagnostic, Event, Explanation, Instant, Memory, Message, Outline, Reader, Step,
  Surroundings, Ticket, Update,
} from './generated/interfaces/despertador-inactivity-types.js';

/** The types of the contract; every item is described there. */
export type * from './generated/interfaces/despertador-inactivity-types.js';

/** An instance of the component: what the contract's interface `decisions` exports. */
export type Instance = typeof import('./generated/interfaces/despertador-inactivity-decisions.js');

/** An instant in milliseconds; a `number` is converted. */
export type Milliseconds = Instant | number;

/** Compiles the component once and returns what makes a fresh instance of it. */
export function instances(): Promise<() => Instance>;

/**
 * Compiles the component and returns a plugin.
 *
 * @throws {TypeError} for `limits` as other hosts have them: JavaScript engines do not limit a call.
 */
export function load(): Promise<Plugin>;

/** The component with its policies. An instance that trapped is never asked again. */
export class Plugin {
  /** With a function that makes an instance, as `instances` returns one. */
  constructor(make: () => Instance);

  /**
   * Reads and checks a config.
   *
   * @throws {PolicyRefused} with all of its problems.
   * @throws {CallFailed} if the component fails.
   */
  policy(config: string, surroundings: Surroundings): Policy;
}

/**
 * A checked policy; made by `Plugin.policy`. Each method throws `CallFailed` if there is no answer: then
 * leave the ticket as it is, and try again later.
 */
export interface Policy {
  /** Problems that somebody should check although the policy is accepted. */
  warnings(): Diagnostic[];

  /** The policy as a table, with the instant of each step if the clock starts at `start`. */
  outline(start: Milliseconds): Outline;

  /** Records a message: the new memory, and the decision for the instant of receipt. */
  onMessage(ticket: Ticket, memory: Memory, message: Message): Update;

  /** Records an event: the new memory, and the decision for the instant of receipt. */
  onEvent(ticket: Ticket, memory: Memory, event: Event): Update;

  /** Returns what is due now. Changes nothing; may be called at any time, as often as you like. */
  onTick(ticket: Ticket, memory: Memory, now: Milliseconds): Decision;

  /** Why the ticket is reminded, closed or left alone now, in the reader's language and zone. */
  explain(ticket: Ticket, memory: Memory, now: Milliseconds, reader: Reader): Explanation;

  /** Frees the policy in the instance. */
  release(): void;
}

/** A config with errors. */
export class PolicyRefused extends Error {
  /** All of its problems. */
  readonly diagnostics: Diagnostic[];
}

/** A call without an answer, or with one that no ticket can have. Nothing has changed. */
export class CallFailed extends Error {}

/** What a decision is compared with. */
export interface Asked {
  /** The id of the ticket asked about. */
  ticket: string;
  /** The actions carried out, as `withDone` keeps them. */
  done: ActionKey[];
  /** The instant asked about, in milliseconds. */
  now: number;
}

/**
 * Returns the decision if a ticket with these actions can have it now.
 *
 * @throws {CallFailed} if not: its ticket, its step, its time or its order is wrong.
 */
export function check(decision: Decision, asked: Asked): Decision;

/** The actions carried out, with one more: those of the latest cycle, and the latest replies. */
export function withDone(done: ActionKey[], key: ActionKey): ActionKey[];

/** The key of an action as the contract writes it: `TICKET/CYCLE/STEP`. */
export function rendered(key: ActionKey): string;

/** A step as in keys: `reminder-1`, `close`. */
export function step(step: Step): string;

/** The word of a choice; for `other`, the word inside. */
export function word(choice: { tag: string; val?: unknown }): string;
