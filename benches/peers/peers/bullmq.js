// BullMQ on Redis. All who call share one Queue, as its manual advises; it writes what they ask for
// over one socket without waiting in between, which is faster here than a Queue for each. One Worker
// takes what falls due. Job ids come from ticket, cycle and kind, so a message delivered twice adds nothing.

import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { redis } from "../servers.js";
import { DELAYS, KINDS, keyOf, versionOf } from "../work.js";

const QUEUE = "tickets";
const RECORD = "carried-out";
const delayOf = (kind) => DELAYS[kind] * 1000;

export default {
  name: "BullMQ",
  durability: {
    kill: "every acknowledged job and record",
    power: "the same: each write is synced before it is acknowledged (appendfsync always)",
    gap: "the two jobs of a ticket are two writes, and so are record and completion: a crash between them leaves one without the other",
  },
  version: (server) => `${versionOf("bullmq")}, ${versionOf("ioredis")}, Redis ${server.version}`,
  server: redis,

  async open(server) {
    const { connection } = server;
    const queue = new Queue(QUEUE, { connection, defaultJobOptions: { removeOnComplete: true } });
    const records = new Redis({ ...connection, maxRetriesPerRequest: null });
    for (const one of [queue, records]) one.on("error", () => {}); // told by what awaits it
    await queue.waitUntilReady();
    let again = 0;
    let worker;

    return {
      async schedule(ticket, cycle) {
        await queue.addBulk(
          KINDS.map((kind) => ({
            name: kind,
            data: { ticket, cycle },
            opts: { jobId: keyOf(ticket, cycle, kind), delay: delayOf(kind) },
          })),
        );
      },

      async reschedule(ticket, cycle) {
        await Promise.all(
          KINDS.map(async (kind) => {
            const job = await queue.getJob(keyOf(ticket, cycle, kind));
            await job.changeDelay(delayOf(kind));
          }),
        );
      },

      async cancel(ticket, cycle) {
        await Promise.all(KINDS.map((kind) => queue.remove(keyOf(ticket, cycle, kind))));
      },

      // The worker moves what is due to its list by itself, in the order in which it fell due.
      async fire(due) {
        let done = 0;
        worker = new Worker(
          QUEUE,
          async (job) => {
            const first = await records.hsetnx(RECORD, job.id, Date.now());
            if (!first) again++;
          },
          { connection, concurrency: 32, autorun: false },
        );
        await new Promise((resolve, reject) => {
          worker.on("completed", () => ++done === due && resolve());
          worker.on("failed", (_, error) => reject(error));
          worker.on("error", reject);
          worker.run().catch(reject);
        });
      },

      async recorded() {
        const all = await records.hgetall(RECORD);
        return new Map(Object.entries(all).map(([key, at]) => [key, Number(at)]));
      },

      again: () => again,

      async left() {
        const counts = await queue.getJobCounts();
        return Object.values(counts).reduce((sum, count) => sum + count, 0);
      },

      async close() {
        await worker?.close();
        await queue.close();
        records.disconnect();
      },
    };
  },
};
