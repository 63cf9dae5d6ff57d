/**
 * A proxy between the app and its database that records every statement of the app, so that a measure can count them without changing the
 * app or the server. It reads the frontend messages of PostgreSQL's protocol and forwards every byte unchanged.
 */
import { connect, createServer, type Socket } from 'node:net';
import type { Endings } from './endings.ts';

export interface StatementTap {
  /** The address of the database through the tap. */
  readonly url: string;
  /** The statements since the last call: each by its name, or by its beginning if it has none. */
  take(): readonly string[];
  stop(): Promise<void>;
}

/** Characters of a statement's beginning that are kept. */
const labelLength = 90;

/** The name of a statement, or its beginning if it has no name. */
function labelOf(name: string, text: string): string {
  return name === '' ? text.replaceAll(/\s+/g, ' ').trim().slice(0, labelLength) : name;
}

export async function tapStatements(endings: Endings, databaseUrl: string): Promise<StatementTap> {
  const target = new URL(databaseUrl);
  const port = Number(target.port === '' ? 5432 : target.port);
  const open = new Set<Socket>();
  let seen: string[] = [];
  const server = createServer((near) => {
    const far = connect({ host: target.hostname, port, noDelay: true });
    near.setNoDelay(true);
    const read = statementReader((label) => seen.push(label));
    near.on('data', read);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.once('close', () => {
        open.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = endings.add(async () => {
    for (const socket of open) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the tap has no port');
  const near = new URL(databaseUrl);
  near.host = `127.0.0.1:${address.port}`;
  return {
    url: near.href,
    take() {
      const taken = seen;
      seen = [];
      return taken;
    },
    stop,
  };
}

/** Reads one connection: calls `note` at each statement that is executed. */
function statementReader(note: (label: string) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  let isStarted = false;
  let bound = '';
  const labels = new Map<string, string>();
  const take = (type: string, body: Buffer): void => {
    const [first = '', second = ''] = body.toString('utf8').split('\0', 2);
    if (type === 'Q') note(labelOf('', first));
    else if (type === 'P') labels.set(first, labelOf(first, second));
    else if (type === 'B') bound = labels.get(second) ?? second;
    else if (type === 'E') note(bound);
  };
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      // The first message of a connection has no type.
      const head = isStarted ? 1 : 0;
      if (rest.length < head + 4) return;
      const length = rest.readInt32BE(head);
      if (rest.length < head + length) return;
      if (isStarted) take(String.fromCodePoint(rest[0] ?? 0), rest.subarray(head + 4, head + length));
      isStarted = true;
      rest = rest.subarray(head + length);
    }
  };
}
