// That the work is really done, before anybody believes its figures.

import assert from "node:assert/strict";
import { test } from "node:test";
import bullmq from "../peers/bullmq.js";
import graphileWorker from "../peers/graphile-worker.js";
import pgBoss from "../peers/pg-boss.js";
import { removeFolder, temporaryFolder } from "../servers.js";
import { measure } from "../work.js";

for (const peer of [bullmq, pgBoss, graphileWorker]) {
  // `measure` itself refuses a job left, an action missing, recorded twice, cancelled or out of order.
  test(`${peer.name} does the work`, async () => {
    const { events, fired } = await measure(peer, { tickets: 200, connections: 8, limit: 60 });
    assert.ok(events > 0 && fired > 0);
  });

  test(`${peer.name} collapses messages delivered twice`, async () => {
    await measure(peer, { tickets: 100, connections: 4, limit: 60, deliveries: 2 });
  });

  test(`${peer.name} keeps after kill -9 what it acknowledged`, async () => {
    const folder = temporaryFolder();
    let server = await peer.server(folder);
    let session = await peer.open(server, 4);
    for (let i = 0; i < 20; i++) await session.schedule(`ticket${i}`, 1);
    await server.kill();
    await session.close().catch(() => {}); // its connections are gone
    server = await peer.server(folder);
    session = await peer.open(server, 4);
    try {
      assert.equal(await session.left(), 40);
    } finally {
      await session.close();
      await server.stop();
      removeFolder(folder);
    }
  });
}

test("the check refuses work that was not done", async () => {
  const idle = {
    ...bullmq,
    open: async (...given) => {
      const session = await bullmq.open(...given);
      return { ...session, cancel: async () => {} };
    },
  };
  await assert.rejects(measure(idle, { tickets: 10, connections: 2, limit: 60 }), /the actions recorded|jobs left/);
});
