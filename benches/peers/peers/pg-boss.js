// pg-boss on PostgreSQL. Job ids are made from ticket, cycle and kind, so a message delivered twice
// adds nothing. What was carried out is recorded in the transaction that completes the job.

import { createHash } from "node:crypto";
import pg from "pg";
import { PgBoss } from "pg-boss";
import { postgres } from "../servers.js";
import { DELAYS, KINDS, keyOf, versionOf } from "../work.js";

const QUEUE = "tickets";
const PRIORITIES = { reminder: 1, close: 0 };

/** pg-boss takes UUIDs as ids: one made from the key is the same each time. */
function idOf(ticket, cycle, kind) {
  const bytes = createHash("sha256").update(keyOf(ticket, cycle, kind)).digest().subarray(0, 16);
  bytes[6] = (bytes[6] & 0x0f) | 0x80; // version 8: made by a rule of one's own
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export default {
  name: "pg-boss",
  durability: {
    kill: "every acknowledged job and record",
    power: "the same: each commit is synced before it is acknowledged (fsync, synchronous_commit)",
    gap: "a ticket's two jobs are added and cancelled in one commit each, but moved in two; record and completion are one commit",
  },
  version: (server) => `${versionOf("pg-boss")}, PostgreSQL ${server.version}`,
  server: postgres,

  async open(server, connections) {
    // The pool of the library has ten connections unless told otherwise; more clients get as many.
    const boss = new PgBoss({ ...server.connection, max: Math.max(10, connections), schedule: false });
    boss.on("error", () => {}); // told by what awaits it
    await boss.start();
    await boss.createQueue(QUEUE);
    const records = new pg.Client(server.connection);
    records.on("error", () => {}); // told by what awaits it
    await records.connect();
    await records.query(
      `CREATE TABLE IF NOT EXISTS carried_out (
         key text PRIMARY KEY,
         at timestamptz NOT NULL DEFAULT clock_timestamp()
       )`,
    );
    let again = 0;

    return {
      async schedule(ticket, cycle) {
        await boss.insert(
          QUEUE,
          KINDS.map((kind) => ({
            id: idOf(ticket, cycle, kind),
            data: { ticket, cycle, kind },
            priority: PRIORITIES[kind],
            startAfter: DELAYS[kind],
          })),
        );
      },

      async reschedule(ticket, cycle) {
        await Promise.all(
          KINDS.map((kind) =>
            boss.update(QUEUE, undefined, { id: idOf(ticket, cycle, kind), startAfter: DELAYS[kind] }),
          ),
        );
      },

      async cancel(ticket, cycle) {
        await boss.cancel(QUEUE, KINDS.map((kind) => idOf(ticket, cycle, kind)));
      },

      // Reminders first: pg-boss takes jobs by priority and age of the job, not by when they are due,
      // so among overdue ones a close could come before its reminder.
      async fire(due) {
        for (const kind of KINDS) {
          let done = 0;
          await new Promise((resolve, reject) => {
            boss.once("error", reject);
            const options = {
              minPriority: PRIORITIES[kind],
              transactional: true,
              batchSize: 100,
              burstWhenBatchFull: true,
              localConcurrency: 4,
              pollingIntervalSeconds: 0.5,
            };
            const work = async (jobs, transaction) => {
              const keys = jobs.map(({ data }) => keyOf(data.ticket, data.cycle, data.kind));
              const { rows } = await transaction.executeSql(
                `INSERT INTO carried_out (key) SELECT unnest($1::text[])
                 ON CONFLICT (key) DO NOTHING RETURNING key`,
                [keys],
              );
              again += keys.length - rows.length;
              done += jobs.length;
              if (done === due / KINDS.length) resolve();
            };
            boss.work(QUEUE, options, work).catch(reject);
          });
          // Waits until the last batch is committed.
          await boss.offWork(QUEUE, { wait: true });
        }
      },

      async recorded() {
        const { rows } = await records.query("SELECT key, at FROM carried_out");
        return new Map(rows.map(({ key, at }) => [key, at.getTime()]));
      },

      again: () => again,

      // A job that was completed or cancelled stays for the time that its queue keeps it.
      async left() {
        const { rows } = await records.query(
          "SELECT count(*)::int AS jobs FROM pgboss.job WHERE name = $1 AND state IN ('created', 'retry', 'active')",
          [QUEUE],
        );
        return rows[0].jobs;
      },

      async close() {
        await records.end();
        await boss.stop({ graceful: false });
      },
    };
  },
};
