// An HTTP server that keeps what it receives, and whose reader waits for a post rather than for a time.
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';

/** Starts it. `answer` gets each post as `{ headers, body }` and the response, which it ends. */
export async function startReceiver(answer) {
  const seen = [];
  const arrivals = new EventEmitter();
  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const post = { url: request.url, headers: request.headers, body: Buffer.concat(parts) };
    const result = await answer(post, response);
    seen.push(result);
    arrivals.emit('post');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    seen,
    /** The first result for which this holds; it waits for it, at most a minute. */
    async until(holds) {
      const timeout = AbortSignal.timeout(60_000);
      for (;;) {
        const found = seen.find(holds);
        if (found) return found;
        await once(arrivals, 'post', { signal: timeout });
      }
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
