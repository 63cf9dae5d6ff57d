/** The recorded Open Channel event as a ready-made request that any portal may send: what differs has the same length everywhere. */
import { readEventBody } from '../support/fixture.ts';
import {
  applicationTokenOf,
  dialogsPerPortal,
  firstDialog,
  firstMessage,
  memberIdOf,
} from '../support/many-portals.ts';

/** Overwritten in each request. */
export interface PortalMessage {
  readonly portal: number;
  /** From 0 on. */
  readonly dialog: number;
  /** From 0 on, different for each message of the run. */
  readonly message: number;
}

type FieldName = 'member' | 'application' | 'dialog' | 'message';

export interface PortalRequest {
  readonly bytes: Buffer;
  readonly fields: readonly { readonly at: number; readonly what: FieldName }[];
}

const parameter = (name: string): string => `data%5BPARAMS%5D%5B${name}%5D`;

const replaced: Readonly<Record<string, { readonly prefix: string; readonly what: FieldName }>> = {
  [parameter('DIALOG_ID')]: { prefix: 'chat', what: 'dialog' },
  [parameter('TO_CHAT_ID')]: { prefix: '', what: 'dialog' },
  [parameter('CHAT_ID')]: { prefix: '', what: 'dialog' },
  [parameter('MESSAGE_ID')]: { prefix: '', what: 'message' },
  [parameter('MESSAGE')]: { prefix: 'message+', what: 'message' },
  [parameter('MESSAGE_ORIGINAL')]: { prefix: 'message+', what: 'message' },
  'auth%5Bmember_id%5D': { prefix: '', what: 'member' },
  'auth%5Bapplication_token%5D': { prefix: '', what: 'application' },
};

const textsOf = ({ portal, dialog, message }: PortalMessage): Readonly<Record<FieldName, string>> => {
  if (dialog >= dialogsPerPortal) throw new Error(`a portal has no dialog ${dialog}`);
  return {
    member: memberIdOf(portal),
    application: applicationTokenOf(portal),
    dialog: String(firstDialog + dialog),
    message: String(firstMessage + message),
  };
};

/** A whole request, head and body, to be copied by each connection. */
export function portalRequest(path: string): PortalRequest {
  const texts = textsOf({ portal: 1, dialog: 0, message: 0 });
  const fields: { at: number; what: FieldName }[] = [];
  let body = '';
  for (const pair of readEventBody().split('&')) {
    if (body !== '') body += '&';
    const found = replaced[pair.slice(0, pair.indexOf('='))];
    if (found === undefined) body += pair;
    else {
      body += `${pair.slice(0, pair.indexOf('=') + 1)}${found.prefix}`;
      fields.push({ at: body.length, what: found.what });
      body += texts[found.what];
    }
  }
  if (fields.length !== Object.keys(replaced).length) throw new Error('the recorded event has another shape');
  const type = 'application/x-www-form-urlencoded';
  const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`;
  return {
    bytes: Buffer.from(head + body, 'latin1'),
    fields: fields.map(({ at, what }) => ({ at: head.length + at, what })),
  };
}

/** Makes the request one of this message. */
export function address({ bytes, fields }: PortalRequest, message: PortalMessage): void {
  const texts = textsOf(message);
  for (const { at, what } of fields) bytes.write(texts[what], at, 'latin1');
}
