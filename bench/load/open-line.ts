/**
 * Connections of an open load: each request leaves when it is due, whether or not those before it have been answered, over an idle
 * keep-alive connection or a new one.
 */
import { connect, type Socket } from 'node:net';
import { wholeAnswer } from './line.ts';
import { address, type PortalMessage, type PortalRequest } from './portal-event.ts';

/** The status is 0 where the connection broke. */
type OnAnswer = (status: number) => void;

export interface OpenLines {
  post(message: PortalMessage, onAnswer: OnAnswer): void;
  /** The most connections that were open at a time. */
  most(): number;
  close(): void;
}

interface Line {
  readonly socket: Socket;
  readonly request: PortalRequest;
  received: string;
  onAnswer: OnAnswer | null;
}

export function openLines(port: number, form: PortalRequest): OpenLines {
  const idle: Line[] = [];
  const open = new Set<Line>();
  let most = 0;
  function end(line: Line): void {
    open.delete(line);
    const at = idle.indexOf(line);
    if (at !== -1) idle.splice(at, 1);
    line.onAnswer?.(0);
    line.onAnswer = null;
  }
  function begin(): Line {
    const socket = connect(port, '127.0.0.1');
    const line: Line = {
      socket,
      request: { ...form, bytes: Buffer.from(form.bytes) },
      received: '',
      onAnswer: null,
    };
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      line.received += text;
      const status = wholeAnswer(line.received);
      if (status === null) return;
      line.received = '';
      const { onAnswer } = line;
      line.onAnswer = null;
      idle.push(line);
      onAnswer?.(status);
    });
    // What is told of an error follows with `close`.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => end(line));
    open.add(line);
    most = Math.max(most, open.size);
    return line;
  }
  return {
    post(message, onAnswer) {
      const line = idle.pop() ?? begin();
      line.onAnswer = onAnswer;
      address(line.request, message);
      line.socket.write(line.request.bytes);
    },
    most: () => most,
    close() {
      for (const { socket } of open) socket.destroy();
    },
  };
}
