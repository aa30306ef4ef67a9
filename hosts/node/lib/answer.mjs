// Checks the component's answers, which are untrusted.
import { rendered } from './key.mjs';
import { CallFailed } from './plugin.mjs';

const TASK_OF_STEP = {
  reminder: 'send',
  close: 'close',
  resolve: 'close',
  notify: 'notify',
  reopen: 'reopen',
  'open-linked': 'open-linked',
  'after-close': 'after-close',
  reply: 'reply',
};

/** The number of automatic replies remembered for a ticket; earlier occurrences are over. */
const REPLIES = 64;

const isReply = (key) => key.step.tag === 'reply';
const sameStep = (one, other) => one.tag === other.tag && one.val === other.val;

/** Throws `CallFailed` unless the decision is one that a ticket with these actions can have now. */
export function check(decision, { ticket, done, now }) {
  const { outcome } = decision;
  if (outcome.tag === 'wait') {
    const until = Number(outcome.val.until);
    if (!(until > now)) throw new CallFailed(`the plugin waits until ${until}, which is not after ${now}`);
  }
  if (outcome.tag !== 'act') return decision;
  const { key, task } = outcome.val;
  const wrong = (what) => {
    throw new CallFailed(`the plugin's action \`${rendered(key)}\` ${what}`);
  };
  if (key.ticket !== ticket) wrong(`is not of the ticket asked about, \`${ticket}\``);
  // A step or task that neither side knows is not carried out, and reported as failed.
  if (key.step.tag !== 'other' && task.tag !== 'other' && TASK_OF_STEP[key.step.tag] !== task.tag) {
    wrong(`is to \`${task.tag}\`, which is not its step`);
  }
  follows(key, done, wrong);
  return decision;
}

function follows(key, done, wrong) {
  if (isReply(key)) {
    if (done.some((other) => sameStep(other.step, key.step))) wrong('was already carried out');
    return;
  }
  const steps = done.filter((other) => !isReply(other));
  if (steps.some((other) => other.cycle === key.cycle && sameStep(other.step, key.step))) {
    wrong('was already carried out');
  }
  const last = steps.at(-1);
  if (!last || key.cycle > last.cycle) return;
  if (key.cycle < last.cycle) wrong(`goes back behind cycle ${last.cycle}`);
  const later = steps.find(
    ({ step }) =>
      (key.step.tag === 'reminder' && step.tag === 'reminder' && key.step.val < step.val) ||
      (key.step.tag === 'reminder' && step.tag === 'close') ||
      // In a ticket that was closed and reopened, the customer can still say that the matter is
      // settled.
      (['reminder', 'close'].includes(key.step.tag) && step.tag === 'resolve'),
  );
  if (later) wrong(`comes after \`${rendered(later)}\``);
}

/** The actions carried out, with one more: those of the latest cycle, and the latest replies. */
export function withDone(done, key) {
  const replies = done.filter(isReply);
  const steps = done.filter((other) => !isReply(other));
  if (isReply(key)) return [...steps, ...replies.slice(1 - REPLIES), key];
  const last = steps.at(-1);
  if (last && key.cycle < last.cycle) return done;
  return [...(last && key.cycle > last.cycle ? [] : steps), key, ...replies];
}
