// Runs every peer by turns and prints the medians.

import { parseArgs } from "node:util";
import bullmq from "./peers/bullmq.js";
import graphileWorker from "./peers/graphile-worker.js";
import pgBoss from "./peers/pg-boss.js";
import { inProcess, overHttp } from "./peers/despertador.js";
import { costOfSync, inMemory, removeFolder, temporaryFolder } from "./servers.js";
import { measure } from "./work.js";

const PEERS = [inProcess, overHttp, bullmq, pgBoss, graphileWorker];

const HELP = `The same work on Despertador and on job queues, each on a server of its own.

  --tickets N         tickets in one measurement (10000)
  --connections N,M   callers that each await one event before the next (1,32)
  --rounds N          measurements of each, by turns; the medians are printed (3)
  --peers A,B         ${PEERS.map((peer) => peer.name).join(",")} (all)
  --limit SECONDS     the longest that one measurement may take (300)
  --minutes N         no further round is begun that would end after this (30)
  --json              a list for programs instead of the table
`;

function fail(message) {
  console.error(`bench: ${message}`);
  process.exit(2);
}

function count(name, text, { from = 1, to = 1_000_000 } = {}) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < from || number > to) {
    fail(`--${name} takes whole numbers from ${from} to ${to}, not «${text}»`);
  }
  return number;
}

function options() {
  let given;
  try {
    given = parseArgs({
      options: {
        tickets: { type: "string", default: "10000" },
        connections: { type: "string", default: "1,32" },
        rounds: { type: "string", default: "3" },
        peers: { type: "string", default: PEERS.map((peer) => peer.name).join(",") },
        minutes: { type: "string", default: "30" },
        limit: { type: "string", default: "300" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    fail(`${error.message}\n\n${HELP}`);
  }
  if (given.help) {
    console.log(HELP);
    process.exit(0);
  }
  return {
    tickets: count("tickets", given.tickets, { from: 2 }),
    // PostgreSQL takes 100 connections by itself, and the workers need some.
    connections: given.connections.split(",").map((text) => count("connections", text, { to: 64 })),
    rounds: count("rounds", given.rounds, { to: 100 }),
    minutes: count("minutes", given.minutes, { to: 600 }),
    limit: count("limit", given.limit, { to: 3600 }),
    json: given.json,
    peers: given.peers.split(",").map(
      (name) =>
        PEERS.find((peer) => peer.name.toLowerCase() === name.trim().toLowerCase()) ??
        fail(`no peer «${name}»; there are ${PEERS.map((peer) => peer.name).join(", ")}`),
    ),
  };
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const grouped = (number) => Math.round(number).toLocaleString("en");

function table(rows) {
  const [head, ...body] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  // The first column is text, the others are numbers.
  const line = (row) => row.map((text, i) => (i === 0 ? text.padEnd(widths[i]) : text.padStart(widths[i]))).join("  ");
  return [line(head), widths.map((width) => "─".repeat(width)).join("  "), ...body.map(line)].join("\n");
}

const { tickets, connections, rounds, minutes, limit, json, peers } = options();
// Progress goes beside the figures, so that they can be piped.
const tell = (text) => console.error(text);

const folder = temporaryFolder();
const memory = inMemory(folder);
if (memory) tell(`${folder} is in memory: nothing is durable there. Set TMPDIR to a folder on a disk.`);
const syncs = [await costOfSync(folder)];

const all = peers.flatMap((peer) => connections.map((number) => ({ peer, connections: number, runs: [] })));
let played = 0;
while (played < rounds) {
  const spent = performance.now() / 60_000;
  if (played > 0 && spent + spent / played > minutes) {
    tell(`no further round: it would end after the ${minutes} minutes of --minutes`);
    break;
  }
  played++;
  for (const one of all) {
    const run = await (one.peer.measure ?? ((given) => measure(one.peer, given)))({ tickets, connections: one.connections, limit });
    one.runs.push(run);
    tell(
      `round ${played} of ${rounds}: ${one.peer.name}, ${one.connections} ` +
        `${one.connections === 1 ? "connection" : "connections"}: ` +
        `${grouped(run.events)} events/s in, ${grouped(run.fired)} fired/s`,
    );
  }
  syncs.push(await costOfSync(folder));
}
removeFolder(folder);

const durabilityOf = ({ durability }) =>
  memory
    ? "none: the folder is in memory"
    : `kill -9: ${durability.kill}; power loss: ${durability.power}; gap: ${durability.gap}`;

if (json) {
  const list = all.map((one) => ({
    peer: one.peer.name,
    connections: one.connections,
    "events-per-second": Math.round(median(one.runs.map((run) => run.events))),
    "fired-per-second": Math.round(median(one.runs.map((run) => run.fired))),
    durability: durabilityOf(one.peer),
    version: one.runs[0].version,
  }));
  console.log(JSON.stringify(list, null, 2));
} else {
  const phases = Object.keys(all[0].runs[0].phases);
  const rows = all.map((one) => {
    const fired = one.runs.map((run) => run.fired);
    const events = one.runs.map((run) => run.events);
    return [
      one.peer.name,
      String(one.connections),
      grouped(median(events)),
      `${grouped(Math.min(...events))}–${grouped(Math.max(...events))}`,
      grouped(median(fired)),
      ...phases.map((phase) => grouped(median(one.runs.map((run) => run.phases[phase])))),
    ];
  });
  console.log(
    `${grouped(tickets)} tickets, medians of ${played} ${played === 1 ? "round" : "rounds"}, a second; ` +
      `a write of 512 bytes with its sync took ${grouped(median(syncs))} µs (${grouped(Math.min(...syncs))}–${grouped(Math.max(...syncs))})\n`,
  );
  console.log(table([["", "connections", "events in", "from–to", "fired", ...phases], ...rows]));
  console.log("\nDurability");
  for (const peer of peers) {
    const version = all.find((one) => one.peer === peer).runs[0].version;
    console.log(`  ${peer.name} (${version})`);
    if (memory) console.log("    none: the folder is in memory");
    else for (const [label, key] of [["kill -9", "kill"], ["power loss", "power"], ["gap", "gap"]]) {
      console.log(`    ${label}: ${peer.durability[key]}`);
    }
  }
  console.log(
    "\nWhat none of the queues does: keep the ticket's state (the caller hands in the cycle and whether the\n" +
      "agent wrote before), follow a policy, ask again before it acts, explain a decision, journal the\n" +
      "events. A customer's message that cancels nothing writes nothing, and is counted all the same.",
  );
}
