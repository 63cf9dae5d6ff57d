/** The stage of MessageGateway: the account is connected, and the app listens to it. */
import type { UploadedFile } from '../../sandbox/bitrix24/stored-files.ts';
import type { MessageGatewayOptions } from '../../sandbox/messagegateway/options.ts';
import {
  type SandboxMessageGateway,
  startSandboxMessageGateway,
} from '../../sandbox/messagegateway/start-messagegateway.ts';
import type { Timings } from '../../src/app/timings.ts';
import type { JoinedConfig } from '../../src/brains/messagegateway/config.ts';
import { messageGatewayBrain } from '../../src/brains/messagegateway/messagegateway-brain.ts';
import type { Logger } from '../../src/lib/logger.ts';
import { type BrainStage, type LineCustomer, openLine, saidInLine, startBrainStage } from './brain-stage.ts';
import { until } from './bridge.ts';
import { cloneDatabase } from './database.ts';
import { hostsOf, joinGateway } from './messagegateway-join.ts';
import { trafficProblems } from './openapi-traffic.ts';

export interface MgStage extends BrainStage {
  readonly gateway: SandboxMessageGateway;
  readonly config: JoinedConfig;
  /** A manager in MessageGateway. */
  readonly managerId: number;
}

export interface MgStageOptions {
  readonly gateway?: MessageGatewayOptions;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly log?: Logger;
  readonly timings?: Timings;
  readonly settings?: Readonly<Record<string, string>>;
  /** `host:port` addresses that the app may call in addition to those of the gateway. */
  readonly extraHosts?: readonly string[];
  /** Makes configuration from the manager's id, for settings that name people. */
  readonly configFor?: (managerId: number) => Readonly<Record<string, unknown>>;
}

export async function startMgStage(options: MgStageOptions = {}): Promise<MgStage> {
  const { gateway: gatewayOptions, config, configFor, extraHosts = [], ...bridge } = options;
  const gateway = await startSandboxMessageGateway({ mgRate: false, crmRate: false, ...gatewayOptions });
  const managerId = gateway.addManager({ name: 'Марина Менеджерова' }).id;
  const stage = await startBrainStage({
    database: await cloneDatabase(),
    server: gateway,
    brain: 'messagegateway',
    config: ({ id, hook }, { url }) =>
      joinGateway(gateway, {
        connectionId: id,
        hookUrl: hook,
        publicUrl: url,
        config: { ...config, ...configFor?.(managerId) },
      }),
    bridge: { brains: [messageGatewayBrain], extraHosts: [...hostsOf(gateway), ...extraHosts], ...bridge },
  });
  await until(() => gateway.sockets().open === 1);
  return {
    ...stage,
    gateway,
    managerId,
    async close() {
      await stage.close();
      // Whatever a test is about, all requests of the app must match the published documents.
      const areAnswersChanged = gatewayOptions?.changeAnswer !== undefined;
      const problems = trafficProblems(gateway.calls(), { areAnswersChanged });
      if (problems.length > 0) throw new Error(`not of the documents:\n${problems.join('\n')}`);
    },
  };
}

export interface LineTalk extends LineCustomer {
  /** The chat in MessageGateway, and its latest dialog. */
  readonly mgChat: number;
  readonly dialogId: number;
  say(text: string, files?: readonly UploadedFile[]): number;
  /** The bot's messages that the customer saw, without the greeting. */
  shown(): string[];
}

/** A customer in a new Open Channel writes the first message; resolves once it has reached MessageGateway. */
export async function openLineTalk(stage: MgStage, text: string): Promise<LineTalk> {
  const { portal } = stage.bridge;
  const customer = await openLine(stage, text);
  const { chatId, clientId } = customer;
  return {
    ...customer,
    get mgChat() {
      return mgChatOf(stage, text);
    },
    get dialogId() {
      const chat = mgChatOf(stage, text);
      return stage.gateway.dialogs().findLast((dialog) => dialog.chatId === chat)?.id ?? 0;
    },
    say: (words, files) => portal.clientWrites(clientId, words, files === undefined ? {} : { files }).messageId,
    shown: () => saidInLine(stage, chatId, 'customer'),
  };
}

/** The MessageGateway chat whose first message is `words`. */
export function mgChatOf(stage: MgStage, words: string): number {
  const found = stage.gateway.messages().find((message) => message.text === words && message.authorType === 'customer');
  if (found === undefined) throw new Error(`MessageGateway has no message "${words}"`);
  return found.chatId;
}
