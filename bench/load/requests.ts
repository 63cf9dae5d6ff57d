/** Ready-made HTTP requests. Each connection keeps one in a buffer and overwrites only the digits that differ from message to message. */
import { createHmac } from 'node:crypto';
import { readEventBody } from '../support/fixture.ts';

export interface Numbers {
  readonly dialog: number;
  readonly message: number;
}

export interface RequestForm {
  /** A whole request, head and body. */
  readonly bytes: Buffer;
  /** The positions of the numbers; each has a fixed count of digits, so that the length never changes. */
  readonly fields: readonly { readonly at: number; readonly what: keyof Numbers }[];
}

/** First dialog and first message; counting up from here never changes the count of digits. */
export const firstNumbers: Numbers = { dialog: 100_001, message: 100_000_001 };

/** The pairs of a recorded event that name its dialog and its message. */
const numberedPairs: readonly { readonly key: string; readonly prefix: string; readonly what: keyof Numbers }[] = [
  { key: 'data%5BPARAMS%5D%5BDIALOG_ID%5D', prefix: 'chat', what: 'dialog' },
  { key: 'data%5BPARAMS%5D%5BTO_CHAT_ID%5D', prefix: '', what: 'dialog' },
  { key: 'data%5BPARAMS%5D%5BCHAT_ID%5D', prefix: '', what: 'dialog' },
  { key: 'data%5BPARAMS%5D%5BMESSAGE_ID%5D', prefix: '', what: 'message' },
];

/** The recorded Open Channel event, with a new message each time. */
export function eventRequest(path: string): RequestForm {
  const fields: { at: number; what: keyof Numbers }[] = [];
  let body = '';
  for (const pair of readEventBody().split('&')) {
    if (body !== '') body += '&';
    const numbered = numberedPairs.find(({ key }) => pair.startsWith(`${key}=`));
    if (numbered === undefined) body += pair;
    else {
      body += `${numbered.key}=${numbered.prefix}`;
      fields.push({ at: body.length, what: numbered.what });
      body += String(firstNumbers[numbered.what]);
    }
  }
  if (fields.length !== numberedPairs.length) throw new Error('the recorded event has another shape than expected');
  const head = headOf(path, 'application/x-www-form-urlencoded', body);
  return {
    bytes: Buffer.from(head + body, 'latin1'),
    fields: fields.map(({ at, what }) => ({ at: head.length + at, what })),
  };
}

/** The secret that signs the requests of `slackRequest`; the receiving peer is started with it. */
export const slackSigningSecret = 'bench-signing-secret';

/**
 * A Slack message event of the same size with a valid signature. Most of it is one long text, which is the quickest JSON to parse, so that
 * the form of the input does not slow the peer down. The signature is valid for five minutes.
 */
export function slackRequest(path: string, size: number): RequestForm {
  const event = (text: string): string =>
    JSON.stringify({
      token: 'none',
      team_id: 'T0BENCH',
      api_app_id: 'A0BENCH',
      event: { type: 'message', channel: 'C0BENCH', user: 'U0BENCH', text, ts: '1771946400.000100', team: 'T0BENCH' },
      type: 'event_callback',
      event_id: 'Ev0BENCH',
      event_time: 1_771_946_400,
    });
  const body = event('where is my order? '.repeat(size).slice(0, size - event('').length));
  const timestamp = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', slackSigningSecret).update(`v0:${timestamp}:${body}`).digest('hex');
  const signed = `x-slack-request-timestamp: ${timestamp}\r\nx-slack-signature: v0=${signature}\r\n`;
  return { bytes: Buffer.from(headOf(path, 'application/json', body, signed) + body, 'latin1'), fields: [] };
}

function headOf(path: string, type: string, body: string, extra = ''): string {
  const length = Buffer.byteLength(body, 'latin1');
  return `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n${extra}\r\n`;
}
