// Despertador on the same work: the desk in one process, and its server over HTTP. Both are measured by
// `cargo bench -p despertador-server`, whose program `run` has built; here it is only called.

import { execFile } from "node:child_process";
import { promisify } from "node:util";

const call = promisify(execFile);

function way(name) {
  return {
    name: `Despertador ${name}`,
    durability: {
      kill: "every acknowledged event, decision and record",
      power: "the same: each commit is synced before it is acknowledged (SQLite, synchronous=FULL)",
      gap: "none: event, memory, deadline, action and record of a ticket are one commit",
    },
    async measure({ tickets, connections, limit = 300 }) {
      const program = process.env.DESPERTADOR_BENCH;
      if (!program) throw new Error("DESPERTADOR_BENCH names no program; call it by `benches/peers/run`");
      const given = ["--way", name, "--connections", String(connections), "--tickets", String(tickets)];
      const { stdout } = await call(program, given, { timeout: limit * 1000 });
      return { ...JSON.parse(stdout), version: "this source" };
    },
  };
}

export const inProcess = way("in process");
export const overHttp = way("over HTTP");
