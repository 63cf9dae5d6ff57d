/** Starts the sandbox's Metabot: one bot with an endpoint, its jobs, and a page on which a person acts as the script. */
import { randomBytes } from 'node:crypto';
import { CallLog } from '../kit/call-log.ts';
import { Changes } from '../kit/changes.ts';
import { OrderedFaults } from '../kit/faults.ts';
import { sendFile } from '../kit/files.ts';
import { closeServer, listen, originOf } from '../kit/http.ts';
import { PageServer } from '../kit/page-server.ts';
import { WebhookSender } from '../kit/webhook-sender.ts';
import { handleApi } from './api.ts';
import type { Fault } from './faults.ts';
import { Jobs } from './jobs.ts';
import { Script } from './script.ts';
import { createScriptPage } from './script-page.ts';
import type { AnswerWay, ApiCall, MetabotState, TokenHeader } from './state.ts';
import type { WebhookAbout } from './webhooks.ts';

export interface SandboxMetabotOptions {
  readonly host?: string;
  /** 0 for any free port. */
  readonly port?: number;
  readonly token?: string;
  readonly header?: TokenHeader;
  /** `by-hand` unless given. */
  readonly way?: AnswerWay;
}

const recordLimit = 500;

/** The file that the page offers to send; answers name files by address. */
const sampleFile = { name: 'price-list.txt', content: Buffer.from('Sandbox price list\n1. Tea 100\n2. Coffee 150\n') };

export type SandboxMetabot = Awaited<ReturnType<typeof startSandboxMetabot>>;

export async function startSandboxMetabot(options: SandboxMetabotOptions = {}) {
  const changes = new Changes<'change'>();
  const state: MetabotState = {
    botId: 1001,
    token: options.token ?? randomBytes(24).toString('hex'),
    alias: 'bitrix24/message',
    header: options.header ?? 'any',
    conversations: new Map(),
    leads: new Map(),
    jobs: [],
    heard: [],
    answered: new Map(),
    faults: new OrderedFaults<Fault>(),
    changes,
    way: options.way ?? 'by-hand',
    hook: '',
    signingSecret: null,
    wrapIn: null,
    answersEarly: false,
  };
  const announce = (): void => changes.announce('change');
  const sending = { timeoutMs: 10_000, attempts: 3, retryDelayMs: 200, concurrency: 8, ordered: true };
  const sender = new WebhookSender<WebhookAbout>(sending, recordLimit, announce);
  const script = new Script(state, sender);
  const jobs = new Jobs(state, script);
  const calls = new CallLog<ApiCall>(recordLimit, announce);
  const page = new PageServer(new URL('page/', import.meta.url));
  changes.on((change) => page.announce(() => change));
  const server = await listen(
    { host: options.host ?? '127.0.0.1', port: options.port ?? 0 },
    async (incoming, answer) => {
      const url = new URL(incoming.url ?? '/', 'http://metabot');
      if (url.pathname.startsWith('/api/'))
        await handleApi({ state, script, jobs, calls }, incoming, answer, url.pathname);
      else if (url.pathname === `/files/${sampleFile.name}`) sendFile(answer, sampleFile, 'attachment');
      else await page.handle(incoming, answer, url);
    },
  );
  const origin = originOf(server);
  page.attach(
    createScriptPage({ state, script, jobs, calls, sender, sampleUrl: `${origin}/files/${sampleFile.name}` }),
  );
  return {
    origin,
    state,
    say: script.say.bind(script),
    fail: (fault: Fault): void => state.faults.order(fault),
    repeatWebhooks: (count: number): void => sender.repeat(count),
    dropWebhooks: (count: number): void => sender.drop(count),
    webhooks: () => sender.latest(),
    calls: () => calls.latest(),
    /** Posts a body that is not a valid answer of a script. */
    async babble(): Promise<void> {
      await fetch(state.hook, { method: 'POST', body: '{"id":', headers: { 'content-type': 'application/json' } });
    },
    idle: () => sender.idle(),
    async close(): Promise<void> {
      jobs.close();
      await sender.close();
      page.close();
      await closeServer(server);
    },
  };
}
