/** What managers do with message templates: a webhook asks the transport, and its answer contains the template's code. */
import { z } from 'zod';
import type { ChannelRecord, Json } from './records.ts';
import type { AccountState } from './state.ts';

const createdAnswer = z.object({ code: z.string().min(1), verification_status: z.string().optional() });

function channelOf(account: AccountState, channelId: number): ChannelRecord {
  const channel = account.channels.get(channelId);
  if (channel === undefined) throw new Error(`no channel ${channelId}`);
  const template = channel.settings['template'];
  const isAllowed =
    typeof template === 'object' && template !== null && 'creation' in template && template.creation === true;
  if (account.gateway.options.enforceChannelSettings && !isAllowed) {
    throw new Error('the channel does not allow creation of templates');
  }
  return channel;
}

/** A manager creates a template. Resolves to the code that the transport assigned. */
export async function createTemplate(account: AccountState, channelId: number, fields: Json): Promise<string> {
  const channel = channelOf(account, channelId);
  const data = { ...fields, channel_id: channelId };
  const order = { account, channelId, lane: `channel ${channelId}`, type: 'template_create', data };
  const answer = createdAnswer.safeParse((await account.gateway.webhooks.send(order)).body);
  if (!answer.success) throw new Error('the transport gave the template no code');
  const { code, verification_status: status } = answer.data;
  const id = account.gateway.nextId('template');
  channel.templates.set(code, {
    id,
    code,
    fields: { type: 'text', ...fields, verification_status: status ?? 'pending' },
  });
  return code;
}

/** A manager changes or deletes a template. */
export async function changeTemplate(
  account: AccountState,
  channelId: number,
  code: string,
  change: { readonly type: 'template_update'; readonly fields: Json } | { readonly type: 'template_delete' },
): Promise<void> {
  const template = channelOf(account, channelId).templates.get(code);
  if (template === undefined) throw new Error(`no template ${code}`);
  if (change.type === 'template_update') template.fields = { ...template.fields, ...change.fields };
  else account.channels.get(channelId)?.templates.delete(code);
  const { verification_status: _, ...fields } = template.fields;
  const data = { ...fields, channel_id: channelId, code };
  await account.gateway.webhooks.send({ account, channelId, lane: `channel ${channelId}`, type: change.type, data });
}
