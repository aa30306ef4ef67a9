// graphile-worker on PostgreSQL. Job keys come from ticket, cycle and kind; adding a job whose key is
// there moves it, so a first and a second message of the agent are the same call.

import { Logger, WorkerPreset, makeWorkerUtils, run } from "graphile-worker";
import pg from "pg";
import { postgres } from "../servers.js";
import { DELAYS, KINDS, keyOf, versionOf } from "../work.js";

export default {
  name: "graphile-worker",
  durability: {
    kill: "every acknowledged job and record",
    power: "the same: each commit is synced before it is acknowledged (fsync, synchronous_commit)",
    gap: "a ticket's two jobs are added, moved and cancelled in one commit each; record and completion are two, so a crash between them carries a job out again",
  },
  version: (server) => `${versionOf("graphile-worker")}, PostgreSQL ${server.version}`,
  server: postgres,

  async open(server, connections) {
    const logger = new Logger(() => () => {});
    const pool = new pg.Pool({ ...server.connection, max: Math.max(10, connections) });
    // Errors are told by what awaits them; the library asks for both handlers.
    pool.on("error", () => {});
    pool.on("connect", (client) => client.on("error", () => {}));
    const utils = await makeWorkerUtils({ pgPool: pool, logger });
    await utils.migrate();
    await pool.query(
      `CREATE TABLE IF NOT EXISTS carried_out (
         key text PRIMARY KEY,
         at timestamptz NOT NULL DEFAULT clock_timestamp()
       )`,
    );
    let again = 0;

    const plan = async (ticket, cycle) => {
      await utils.addJobs(
        KINDS.map((kind) => ({
          identifier: kind,
          payload: { ticket, cycle },
          jobKey: keyOf(ticket, cycle, kind),
          runAt: new Date(Date.now() + DELAYS[kind] * 1000),
        })),
      );
    };

    return {
      schedule: plan,
      reschedule: plan,

      async cancel(ticket, cycle) {
        await pool.query(
          "SELECT graphile_worker.remove_job(key) FROM unnest($1::text[]) AS key",
          [KINDS.map((kind) => keyOf(ticket, cycle, kind))],
        );
      },

      // Batches as the library's page on performance advises. Reminders first, since among what is
      // overdue a batch keeps no order, and a close could come before its reminder.
      async fire(due) {
        const settings = { concurrentJobs: 24, localQueue: { size: 500 }, completeJobBatchDelay: 0 };
        for (const kind of KINDS) {
          let carriedOut;
          const all = new Promise((resolve) => {
            let done = 0;
            carriedOut = () => ++done === due / KINDS.length && resolve();
          });
          const runner = await run({
            preset: { extends: [WorkerPreset], worker: settings },
            pgPool: pool,
            logger,
            noHandleSignals: true,
            taskList: {
              [kind]: async ({ ticket, cycle }, helpers) => {
                const { rowCount } = await helpers.query(
                  "INSERT INTO carried_out (key) VALUES ($1) ON CONFLICT (key) DO NOTHING",
                  [keyOf(ticket, cycle, kind)],
                );
                if (rowCount === 0) again++;
                carriedOut();
              },
            },
          });
          await Promise.race([all, runner.promise]);
          // Waits until the last batch is completed.
          await runner.stop();
        }
      },

      async recorded() {
        const { rows } = await pool.query("SELECT key, at FROM carried_out");
        return new Map(rows.map(({ key, at }) => [key, at.getTime()]));
      },

      again: () => again,

      async left() {
        const { rows } = await pool.query("SELECT count(*)::int AS jobs FROM graphile_worker.jobs");
        return rows[0].jobs;
      },

      async close() {
        await utils.release();
        await pool.end();
      },
    };
  },
};
