// Three mistakes that the compiler finds.
import { load, type Ticket } from '@despertador/host';

const ticket: Ticket = { id: '4711' };
const plugin = await load();
const policy = plugin.policy(17, { tickResolution: 1000n, inactivityExit: { tag: 'linked' } });
policy.onTick(ticket, 'memory', 0);
