// The component in this process: its instance, its policies, and the handling of failed calls.

/** A config that the component refuses, with all of its problems. */
export class PolicyRefused extends Error {
  constructor(diagnostics) {
    super(`the policy has ${diagnostics.length} problem(s)`);
    this.name = 'PolicyRefused';
    this.diagnostics = diagnostics;
  }
}

/** A call without an answer. Nothing has changed, and the ticket is left as it is. */
export class CallFailed extends Error {
  constructor(message, cause) {
    super(message, { cause });
    this.name = 'CallFailed';
  }
}

/** What a result's error of the contract is thrown as by jco; anything else is a trap. */
const payload = (error) => (error instanceof Error && 'payload' in error ? error.payload : undefined);

export class Plugin {
  #make;
  #instance;

  /** With a function that makes an instance: what the contract's interface `decisions` exports. */
  constructor(make) {
    this.#make = make;
  }

  get instance() {
    this.#instance ??= this.#make();
    return this.#instance;
  }

  /** An instance that trapped is in no known state and is never asked again. */
  drop(instance) {
    if (this.#instance === instance) this.#instance = undefined;
  }

  /** Reads and checks a config; throws `PolicyRefused` if it has errors. */
  policy(config, surroundings) {
    return new Policy(this, config, surroundings);
  }
}

/**
 * A checked policy. It outlives the instance that holds it: after a trap the next call reads it again
 * into a fresh one.
 */
class Policy {
  #plugin;
  #config;
  #surroundings;
  #instance;
  #held;

  constructor(plugin, config, surroundings) {
    this.#plugin = plugin;
    this.#config = config;
    this.#surroundings = surroundings;
    this.#hold();
  }

  #hold() {
    const instance = this.#plugin.instance;
    if (this.#instance === instance) return this.#held;
    try {
      this.#held = instance.Policy.parse(this.#config, this.#surroundings);
      this.#instance = instance;
      return this.#held;
    } catch (error) {
      const diagnostics = payload(error);
      if (Array.isArray(diagnostics)) throw new PolicyRefused(diagnostics);
      this.#plugin.drop(instance);
      throw new CallFailed(`the plugin failed while reading the policy: ${error.message}`, error);
    }
  }

  #call(name, ...args) {
    const held = this.#hold();
    try {
      return held[name](...args);
    } catch (error) {
      const fault = payload(error);
      if (fault?.tag) throw new CallFailed(`the plugin answers \`${name}\` with the fault ${worded(fault)}`, error);
      // A value that does not fit the contract never reached the component, but jco may be in the
      // middle of a call: the instance is dropped in either case.
      this.#plugin.drop(this.#instance);
      throw new CallFailed(`the plugin failed in \`${name}\`: ${error.message}`, error);
    }
  }

  warnings() {
    return this.#call('warnings');
  }

  outline(start) {
    return this.#call('outline', BigInt(start));
  }

  onMessage(ticket, memory, message) {
    return this.#call('onMessage', ticket, memory, message);
  }

  onEvent(ticket, memory, event) {
    return this.#call('onEvent', ticket, memory, event);
  }

  onTick(ticket, memory, now) {
    return this.#call('onTick', ticket, memory, BigInt(now));
  }

  explain(ticket, memory, now, reader) {
    return this.#call('explain', ticket, memory, BigInt(now), reader);
  }

  /** Forgets the policy in the instance that holds it. */
  release() {
    this.#held?.[Symbol.dispose ?? Symbol.for('dispose')]?.();
    this.#held = this.#instance = undefined;
  }
}

function worded(fault) {
  const detail = fault.val === undefined ? '' : ` (${typeof fault.val === 'object' ? fault.val.val ?? fault.val.tag : fault.val})`;
  return `\`${fault.tag}\`${detail}`;
}
