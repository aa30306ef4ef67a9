// What a user writes compiles.
import { check, load, PolicyRefused, rendered, withDone, type ActionKey, type Message, type Policy, type Ticket } from '@despertador/host';
import { CHANNEL } from '@despertador/host/words';

const ticket: Ticket = {
  id: '4711', status: { tag: 'open' }, channel: { tag: 'whatsapp' }, tags: [], incompleteMetadata: false, group: false, optedOut: false,
};
const message: Message = { at: 0n, receivedAt: 0n, author: { tag: 'agent' }, kind: { tag: 'text' }, origin: { tag: 'written' } };

export async function next(config: string): Promise<string> {
  const plugin = await load();
  let policy: Policy;
  try {
    policy = plugin.policy(config, { tickResolution: 1000n, inactivityExit: { tag: 'linked' } });
  } catch (error) {
    if (!(error instanceof PolicyRefused)) throw error;
    return error.diagnostics.map(({ code, place }) => `${code} ${place}`).join();
  }
  const { memory } = policy.onMessage(ticket, new Uint8Array(), message);
  let done: ActionKey[] = [];
  const { outcome } = check(policy.onTick(ticket, memory, 0), { ticket: ticket.id, done, now: 0 });
  if (outcome.tag === 'act') done = withDone(done, outcome.val.key);
  return outcome.tag === 'wait' ? String(outcome.val.until) : done.map(rendered).concat(CHANNEL).join();
}
