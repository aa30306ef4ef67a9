/** What is used of an HTTP response: whether it was answered, and how. */
export interface Answer {
	readonly writableEnded: boolean;
	readonly statusCode: number;
	once(event: 'close', listener: () => void): unknown;
}

/** Where a key stands: not received yet, or received and not answered yet, or answered with success. */
export type Standing = 'new' | 'running' | 'taken';

/** Maximum number of keys that are kept; the oldest are forgotten first. */
const KEYS_MAX = 10_000;

const hasSucceeded = ({ statusCode }: Answer) => statusCode < 300;

/**
 * The keys that were received, each with its answer until that has succeeded. A delivery that is
 * answered with an error is received again, any other only once.
 *
 * An answer can fail after the desk has stopped waiting for it, so it is looked at when the key comes
 * again.
 */
export class Taken {
	private readonly answers = new Map<string, Answer | 'succeeded'>();

	/** Where the key stands. A new one is received now, and `answer` is its answer. */
	receive(key: string, answer: Answer): Standing {
		const before = this.answers.get(key);
		if (before === 'succeeded') return 'taken';
		if (before && !before.writableEnded) return 'running';
		if (before && hasSucceeded(before)) return 'taken';
		this.answers.delete(key);
		this.answers.set(key, answer);
		answer.once('close', () => this.settle(key, answer));
		this.forgetOldest();
		return 'new';
	}

	/** Drops a response that is not needed any more. */
	private settle(key: string, answer: Answer) {
		if (this.answers.get(key) !== answer || !answer.writableEnded) return;
		if (hasSucceeded(answer)) this.answers.set(key, 'succeeded');
		else this.answers.delete(key);
	}

	private forgetOldest() {
		for (const key of this.answers.keys()) {
			if (this.answers.size <= KEYS_MAX) break;
			this.answers.delete(key);
		}
	}
}
