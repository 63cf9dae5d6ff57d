/**
 * A bare Node HTTP server that reads each request, answers like a portal after a send, and counts. It replaces the portal in the `flow`
 * measure, and shows the load generator's maximum.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveParent } from '../support/serve-parent.ts';

let count = 0;
let lastAt = 0;

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    count += 1;
    lastAt = Date.now();
    const answer = `{"result":{"id":${count},"uuidMap":[]}}`;
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length });
    response.end(answer);
  });
});
// Callers keep their connections between runs.
server.keepAliveTimeout = 600_000;

server.listen(0, '127.0.0.1', () => {
  serveParent((server.address() as AddressInfo).port, {
    received: () => Promise.resolve({ count, lastAt }),
  });
});
