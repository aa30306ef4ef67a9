import { createServer } from 'node:net';

/** A port on the loopback interface that nobody listens at. */
export const freePort = () =>
  new Promise((found, failed) => {
    const server = createServer().on('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });
