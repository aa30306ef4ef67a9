// The work, the same for every peer, and the proof that it was done.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { removeFolder, temporaryFolder } from "./servers.js";

// Seconds after the agent's message. The time is made short, and no worker runs until all messages
// are in: then what falls due is due by the peer's own clock, and taken the way it always is.
export const DELAYS = { reminder: 1, close: 2 };
export const KINDS = Object.keys(DELAYS);

const locked = JSON.parse(readFileSync(new URL("package-lock.json", import.meta.url), "utf8")).packages;

/** A package and its version, as they were installed. */
export function versionOf(name) {
  return `${name} ${locked[`node_modules/${name}`].version}`;
}

/** The key of an action: what the action is carried out under, and what a duplicate collapses on. */
export function keyOf(ticket, cycle, kind) {
  return `${ticket}-${cycle}-${kind}`;
}

/** Half of the customers reply. */
const replies = (index) => index % 2 === 0;

/**
 * Does the work once on a fresh server and returns what was measured. A connection is one caller
 * that awaits each event before it sends the next; tickets are spread over the connections.
 *
 * `deliveries` is how often each agent's message arrives; the outcome must be the same.
 */
export async function measure(peer, { tickets, connections, limit = 300, deliveries = 1 }) {
  const folder = temporaryFolder();
  const server = await peer.server(folder);
  let session;
  const finished = new AbortController();
  try {
    session = await peer.open(server, connections);
    const late = setTimeout(limit * 1000, undefined, { signal: finished.signal }).then(() => {
      throw new Error(`${peer.name}: not done in ${limit} s`);
    });
    const done = play(session, { tickets, connections, deliveries });
    // The one that comes too late rejects with nobody waiting.
    for (const one of [done, late]) one.catch(() => {});
    const measured = await Promise.race([done, late]);
    await check(session, tickets);
    return { ...measured, version: peer.version(server) };
  } finally {
    finished.abort();
    // After a timeout the connections are cut below the library, which may complain: the first error
    // is the one to be told.
    await session?.close().catch(() => {});
    await server.stop();
    removeFolder(folder);
  }
}

async function play(session, { tickets, connections, deliveries }) {
  const names = Array.from({ length: tickets }, (_, index) => `ticket${index}`);
  const answered = names.filter((_, index) => replies(index));
  const phases = {};

  const phase = async (name, list, deliver) => {
    const before = performance.now();
    await Promise.all(
      Array.from({ length: connections }, async (_, connection) => {
        for (let i = connection; i < list.length; i += connections) await deliver(list[i]);
      }),
    );
    phases[name] = { events: list.length, seconds: (performance.now() - before) / 1000 };
  };

  // The customer's first message opens cycle 1; whatever cycle 0 had planned is void.
  await phase("customer writes", names, (ticket) => session.cancel(ticket, 0));
  await phase("agent answers", names, async (ticket) => {
    for (let i = 0; i < deliveries; i++) await session.schedule(ticket, 1);
  });
  await phase("agent writes again", names, async (ticket) => {
    for (let i = 0; i < deliveries; i++) await session.reschedule(ticket, 1);
  });
  await phase("customer replies", answered, (ticket) => session.cancel(ticket, 1));

  await setTimeout(DELAYS.close * 1000);
  const due = (tickets - answered.length) * KINDS.length;
  const before = performance.now();
  await session.fire(due);
  const seconds = (performance.now() - before) / 1000;

  const events = Object.values(phases).reduce((sum, one) => sum + one.events, 0);
  const spent = Object.values(phases).reduce((sum, one) => sum + one.seconds, 0);
  return {
    events: events / spent,
    fired: due / seconds,
    phases: Object.fromEntries(Object.entries(phases).map(([name, one]) => [name, one.events / one.seconds])),
  };
}

/** No job is left, each due action is recorded exactly once, no cancelled one, no close too early. */
async function check(session, tickets) {
  const recorded = await session.recorded();
  const expected = [];
  for (let index = 0; index < tickets; index++) {
    if (replies(index)) continue;
    for (const kind of KINDS) expected.push(keyOf(`ticket${index}`, 1, kind));
  }
  assert.deepEqual([...recorded.keys()].sort(), expected.sort(), "the actions recorded");
  for (let index = 1; index < tickets; index += 2) {
    const [reminder, close] = KINDS.map((kind) => recorded.get(keyOf(`ticket${index}`, 1, kind)));
    assert.ok(reminder <= close, `ticket${index} was closed before it was reminded`);
  }
  assert.equal(session.again(), 0, "actions carried out a second time");
  assert.equal(await session.left(), 0, "jobs left");
}
