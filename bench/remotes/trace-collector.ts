/** A collector of traces that takes everything and counts the spans, with as little work as possible. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveParent } from '../support/serve-parent.ts';

const mark = Buffer.from('"spanId":');

let spans = 0;

function marksIn(body: Buffer): number {
  let count = 0;
  for (let at = body.indexOf(mark); at >= 0; at = body.indexOf(mark, at + mark.length)) count += 1;
  return count;
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    spans += marksIn(Buffer.concat(chunks));
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 2 });
    response.end('{}');
  });
});
// Callers keep their connections between runs.
server.keepAliveTimeout = 600_000;

server.listen(0, '127.0.0.1', () => {
  serveParent((server.address() as AddressInfo).port, { spans: () => Promise.resolve(spans) });
});
