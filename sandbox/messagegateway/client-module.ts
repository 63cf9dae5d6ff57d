/** A module that belongs to no app. Its tokens are for anybody who tries the vendor's own clients against the fake server. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerJson, readBody } from '../kit/http.ts';
import { editModule } from './crm/module-registry.ts';
import type { AccountState } from './state.ts';

const code = 'sandbox-client';

/** The webhook address of this module's channels: it accepts every message at once, as a messenger that always delivers. */
export const clientWebhookPath = '/sandbox/client-webhook';

export interface ClientTokens {
  readonly bot: string;
  readonly transport: string;
}

/** Registers the module unless it is registered already, and returns its tokens. */
export function openClientModule(account: AccountState): ClientTokens {
  const origin = account.gateway.address.mgOrigin;
  const module = {
    code,
    name: 'Sandbox client',
    active: true,
    clientId: code,
    baseUrl: origin,
    integrations: { mgBot: {}, mgTransport: { webhookUrl: `${origin}${clientWebhookPath}` } },
  };
  editModule(account, code, JSON.stringify(module));
  const known = account.modules.get(code);
  if (known?.bot == null || known.transport === null) throw new Error('the client module has no tokens');
  return { bot: known.bot.token, transport: known.transport.token };
}

/** Answers a webhook of the module's channels the way an official transport does. */
export async function answerClientWebhook(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
  const body = JSON.parse((await readBody(incoming)).toString('utf8')) as { readonly type?: unknown };
  if (body.type === 'message_sent') answerJson(answer, 200, { async: false, external_message_id: randomUUID() });
  else if (body.type === 'template_create') {
    answerJson(answer, 200, { code: randomUUID(), verification_status: 'approved' });
  } else answerJson(answer, 200, {});
}
