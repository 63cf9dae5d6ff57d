/**
 * One keep-alive connection that sends a request, waits for its answer, and sends the next. It does as little work as possible, so that the
 * load generator is never the bottleneck.
 */
import { connect } from 'node:net';
import type { Numbers, RequestForm } from './requests.ts';

export interface LineOptions {
  readonly port: number;
  readonly form: RequestForm;
  /** The numbers of the next message; null closes the connection. */
  readonly next: () => Numbers | null;
  readonly onAnswer: (status: number, milliseconds: number) => void;
}

/** Resolves when `next` has returned null and every request has its answer. Rejects when the connection breaks. */
export function runLine({ port, form, next, onAnswer }: LineOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const bytes = Buffer.from(form.bytes);
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  let received = '';
  let sentAt = 0;
  const send = (): void => {
    const numbers = next();
    if (numbers === null) {
      socket.destroy();
      resolve();
      return;
    }
    // The buffer may be reused: its request has been answered.
    for (const { at, what } of form.fields) bytes.write(String(numbers[what]), at, 'latin1');
    sentAt = performance.now();
    socket.write(bytes);
  };
  socket.setEncoding('latin1');
  socket.on('connect', send);
  socket.on('data', (text: string) => {
    received += text;
    const status = wholeAnswer(received);
    if (status === null) return;
    received = '';
    onAnswer(status, performance.now() - sentAt);
    send();
  });
  socket.on('error', reject);
  socket.on('close', () => reject(new Error('the server closed the connection')));
  return promise;
}

/** The status of a complete answer; null while a part is missing. Nothing follows it: one request at a time. */
export function wholeAnswer(text: string): number | null {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd === -1) return null;
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
  const isWhole = length === undefined ? text.endsWith('0\r\n\r\n') : text.length >= headEnd + 4 + Number(length);
  return isWhole ? Number(text.slice(9, 12)) : null;
}
