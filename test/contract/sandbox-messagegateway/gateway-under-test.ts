/** The fake MessageGateway of the running test, with one registered module and its channel, and the calls most tests make. */
import { afterEach } from 'vitest';
import type { MessageGatewayOptions } from '../../../sandbox/messagegateway/options.ts';
import {
  type SandboxMessageGateway,
  startSandboxMessageGateway,
} from '../../../sandbox/messagegateway/start-messagegateway.ts';
import { type ApiResult, FakeTransport, FULL_SETTINGS, mg, type Tokens } from './fake-transport.ts';

export let gateway: SandboxMessageGateway;
export let module: FakeTransport;
export let tokens: Tokens;
/** Id of the channel. */
export let channel: number;

/** Starts them; without request limits unless the options set them. They end with the test. */
export async function start(options: MessageGatewayOptions = {}, settings: object = FULL_SETTINGS): Promise<void> {
  gateway = await startSandboxMessageGateway({ mgRate: false, crmRate: false, ...options });
  module = await FakeTransport.start();
  opened.push(module, gateway);
  tokens = await module.register(gateway);
  const { body } = await transport('POST /channels', { type: 'custom', settings });
  channel = (body as { id: number }).id;
}

const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

/** A call such as `POST /messages` to the Transport API. */
export async function transport(line: string, body?: unknown): Promise<ApiResult> {
  return await mg({ mgOrigin: gateway.mgOrigin, api: 'transport', token: tokens.transport }, line, body);
}

/** A call such as `GET /bots` to the Bot API. */
export async function bot(line: string, body?: unknown): Promise<ApiResult> {
  return await mg({ mgOrigin: gateway.mgOrigin, api: 'bot', token: tokens.bot }, line, body);
}

/** The customer `ivan` writes; `more` and `message` change the request. */
export async function write(text: string, more: object = {}, message: object = {}): Promise<ApiResult> {
  return await transport('POST /messages', {
    channel,
    external_chat_id: 'chat',
    originator: 'customer',
    customer: { external_id: 'c', nickname: 'ivan' },
    message: { type: 'text', text, ...message },
    ...more,
  });
}
