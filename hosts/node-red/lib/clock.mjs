// The only place that reads the time and sets timers; tests replace the clock.

const real = {
  now: () => Date.now(),
  set: (call, milliseconds) => setTimeout(call, milliseconds),
  clear: (timer) => clearTimeout(timer),
};

export let clock = real;

/** Sets another clock, or the machine's again if none is given. */
export function useClock(other) {
  clock = other ?? real;
}

/** A timer of Node counts in 31 bits; what is asked to wait longer fires at once. */
const LONGEST = 2 ** 31 - 1;

/** One timer for many deadlines: it is set for the nearest, and `ring` is given each that has come. */
export class Alarm {
  #queue;
  #at = new Map();
  #timer;
  #ring;
  #stopped = false;

  /** `Queue` orders entries by `at`, nearest first. */
  constructor(Queue, ring) {
    this.#queue = new Queue([], (a, b) => a.at - b.at);
    this.#ring = ring;
  }

  /** Sets the deadline of `name`, or takes it away if there is none. */
  set(name, at) {
    if (this.#stopped || this.#at.get(name) === at) return;
    this.#at.delete(name);
    if (at !== undefined) {
      this.#at.set(name, at);
      this.#queue.push({ name, at });
    }
    this.#arm();
  }

  /** The nearest deadline. */
  get next() {
    // Changed and removed entries stay in the queue until they come up.
    while (this.#queue.length > 0 && this.#at.get(this.#queue.peek().name) !== this.#queue.peek().at) {
      this.#queue.pop();
    }
    return this.#queue.peek()?.at;
  }

  stop() {
    this.#stopped = true;
    this.#at.clear();
    clock.clear(this.#timer);
  }

  #arm() {
    clock.clear(this.#timer);
    const next = this.next;
    if (next === undefined || this.#stopped) return;
    this.#timer = clock.set(() => this.#due(), Math.min(Math.max(next - clock.now(), 0), LONGEST));
  }

  #due() {
    const now = clock.now();
    for (let next = this.next; next !== undefined && next <= now; next = this.next) {
      const { name } = this.#queue.pop();
      this.#at.delete(name);
      this.#ring(name);
    }
    this.#arm();
  }
}
