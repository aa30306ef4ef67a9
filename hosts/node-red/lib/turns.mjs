// Tasks of one customer run one after the other, in order of arrival; customers do not wait for
// each other.

export class Turns {
  #last = new Map();
  #waiting = new Map();

  /** Does `work` when all earlier work of `name` is done; its result or error is the caller's. */
  take(name, work) {
    this.#waiting.set(name, this.waiting(name) + 1);
    const before = this.#last.get(name) ?? Promise.resolve();
    const turn = before.then(() => {
      this.#waiting.set(name, this.waiting(name) - 1);
      return work();
    });
    const over = turn.then(
      () => {},
      () => {},
    );
    this.#last.set(name, over);
    over.then(() => {
      if (this.#last.get(name) !== over) return;
      this.#last.delete(name);
      this.#waiting.delete(name);
    });
    return turn;
  }

  /** How much work of `name` has not begun. */
  waiting(name) {
    return this.#waiting.get(name) ?? 0;
  }

  /** When all work that was taken is done. */
  async idle() {
    while (this.#last.size > 0) await Promise.all(this.#last.values());
  }
}
