/** Options of a fake MessageGateway and their defaults. */
import { randomBytes } from 'node:crypto';
import type { WebhookOptions } from '../kit/webhook-sender.ts';
import type { ChangeAnswer } from './changed-answer.ts';

export interface MessageGatewayOptions {
  /** Address to listen on. Loopback only by default. */
  readonly host?: string;
  readonly mgPort?: number;
  readonly crmPort?: number;
  /** Port of the first account's CRM after it has been renamed once; 0 = any free port. */
  readonly renamedCrmPort?: number;
  /** PEM texts; with them both servers use https, for clients that refuse plain http. */
  readonly tls?: { readonly key: string; readonly cert: string } | null;
  /** Short name of the first account. */
  readonly accountCode?: string;
  readonly apiKey?: string;
  /** Scopes of the first account's API key. */
  readonly scopes?: readonly string[];
  /** Requests per second per MG token (documented: 30); false switches the limit off. */
  readonly mgRate?: number | false;
  /** Requests per second per CRM key (documented: 10); false switches the limit off. */
  readonly crmRate?: number | false;
  /** Value of Retry-After on 429 and 503; null = no such header (none is documented). */
  readonly retryAfterSeconds?: number | null;
  /** Whether opening a WebSocket counts as a request. */
  readonly handshakesCount?: boolean;
  /** Status for an unknown or revoked token: 403 was observed at the real service, 401 is what official clients expect. */
  readonly badTokenStatus?: 401 | 403;
  /** What happens when a client asks for an unknown event name: the handshake is refused, or the name is ignored. */
  readonly unknownEvents?: 'refuse' | 'ignore';
  /** Server pings per socket; 0 = none. */
  readonly pingIntervalMs?: number;
  /** A socket from which nothing came for this long is cut; 0 = never. */
  readonly idleTimeoutMs?: number;
  /** Sockets per Bot token; 0 = any number. */
  readonly socketsPerToken?: number;
  /** The real time-out is not documented. No source mentions retries, hence 1 attempt, or promises an order, hence none. */
  readonly webhooks?: Partial<WebhookOptions>;
  /** An asynchronous send that is not acknowledged within this time fails with async_send_timeout. */
  readonly ackTimeoutMs?: number;
  /** How incoming strings are changed besides trimming: it is unknown what the vendor's `escape` does. */
  readonly escape?: 'none' | 'html';
  /** Warnings in the answer to every message of a transport. */
  readonly sendWarnings?: readonly string[];
  /** Whether since_id and until_id include the named object. */
  readonly boundsInclusive?: boolean;
  /** `fixtures`: newest first, oldest first after a lower bound alone. The others force one order. */
  readonly listOrder?: 'fixtures' | 'ascending' | 'descending';
  /** Offset shown in second-precision times. */
  readonly timeOffset?: '+03:00' | '+01:00' | 'Z';
  /** Status of Bot POST /messages: the document says 200, recorded answers say 201. */
  readonly botSendStatus?: 200 | 201;
  /** Where message_sent has the note of media: no source says; content is documented as null for media. */
  readonly webhookMediaNote?: 'content' | 'nowhere';
  /** Whether GET of an integration module shows the Transport token: the document omits it, a client's sample has it. */
  readonly transportTokenInGet?: boolean;
  /** A dialog can be given only to a bot whose roles include `responsible`. */
  readonly botNeedsResponsibleRole?: boolean;
  /** Who gets a dialog that a customer opens. */
  readonly newDialogs?: 'unassigned' | 'responsible-bot';
  /** Whether to refuse what the channel's settings do not allow. */
  readonly enforceChannelSettings?: boolean;
  /** Accepted forms of uploads: the documentation says multipart, older official clients send the bare bytes. */
  readonly uploads?: 'both' | 'multipart' | 'raw';
  /** Upload limit in bytes (20 MiB in an official client). */
  readonly maxFileBytes?: number;
  readonly fileUrlSeconds?: number;
  /** How many of the latest API calls and webhooks are kept for inspection. */
  readonly recordLimit?: number;
  readonly language?: 'ru' | 'en';
  /** Changes what the APIs answer; absent: nothing is changed. */
  readonly changeAnswer?: ChangeAnswer;
  /** Secret of the marketplace card that signs one-step connections. */
  readonly simpleSecret?: string;
}

export type ResolvedOptions = Required<Omit<MessageGatewayOptions, 'webhooks'>> & {
  readonly webhooks: WebhookOptions;
};

/** Every option with its value; the API key and the card's secret are random unless given. */
export function resolveOptions(given: MessageGatewayOptions): ResolvedOptions {
  return {
    host: '127.0.0.1',
    mgPort: 0,
    crmPort: 0,
    renamedCrmPort: 0,
    tls: null,
    accountCode: 'demo',
    apiKey: randomBytes(16).toString('hex'),
    scopes: ['integration_read', 'integration_write'],
    mgRate: 30,
    crmRate: 10,
    retryAfterSeconds: null,
    handshakesCount: true,
    badTokenStatus: 403,
    unknownEvents: 'refuse',
    pingIntervalMs: 0,
    idleTimeoutMs: 0,
    socketsPerToken: 0,
    ackTimeoutMs: 30_000,
    escape: 'none',
    sendWarnings: [],
    boundsInclusive: true,
    listOrder: 'fixtures',
    timeOffset: '+03:00',
    botSendStatus: 200,
    webhookMediaNote: 'content',
    transportTokenInGet: false,
    botNeedsResponsibleRole: true,
    newDialogs: 'unassigned',
    enforceChannelSettings: true,
    uploads: 'both',
    maxFileBytes: 20 * 1024 * 1024,
    fileUrlSeconds: 3600,
    recordLimit: 20_000,
    language: 'ru',
    changeAnswer: (_call, answer) => answer,
    simpleSecret: randomBytes(16).toString('hex'),
    ...given,
    webhooks: {
      timeoutMs: 10_000,
      attempts: 1,
      retryDelayMs: 1_000,
      concurrency: 64,
      ordered: false,
      ...given.webhooks,
    },
  };
}
