// A clock that stands still until it is moved; it fires the timers that it passes.
import { useClock } from '../../lib/clock.mjs';

export class Clock {
  #now;
  #timers = new Map();
  #last = 0;

  constructor(start) {
    this.#now = new Date(start).getTime();
  }

  now() {
    return this.#now;
  }

  set(call, milliseconds) {
    // As in Node: a delay of more than 31 bits fires at once.
    const wait = milliseconds > 2 ** 31 - 1 || milliseconds < 1 ? 1 : milliseconds;
    this.#last += 1;
    this.#timers.set(this.#last, { call, at: this.#now + wait });
    return this.#last;
  }

  clear(timer) {
    this.#timers.delete(timer);
  }

  get timers() {
    return this.#timers.size;
  }

  /** Moves on to an instant, or by milliseconds; each timer rings at its own time. */
  async to(instant) {
    const end = typeof instant === 'number' && instant < 1e11 ? this.#now + instant : new Date(instant).getTime();
    for (let rings = 0; ; rings += 1) {
      if (rings > 1000) throw new Error('timers ring on and on');
      await settled();
      const [timer, due] = [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0] ?? [];
      if (!due) break;
      this.#timers.delete(timer);
      this.#now = Math.max(this.#now, due.at);
      due.call();
    }
    this.#now = end;
    await settled();
  }

  /** Somebody sets the clock back. */
  back(milliseconds) {
    this.#now -= milliseconds;
  }

  use() {
    useClock(this);
    return this;
  }
}

/** Lets all work that waits for nothing but its turn be done. */
export async function settled() {
  for (let turns = 0; turns < 60; turns += 1) await new Promise((resolve) => setImmediate(resolve));
}
