/**
 * Message templates that managers make in the CRM, for the main channel or for that of a line. Bitrix24 has none, so there is nobody to
 * approve them: each is taken at once, kept, and put back where MessageGateway has lost it (the main channel made anew). A message made of
 * one arrives as its words.
 */
import { z } from 'zod';
import type { IngressResult } from '../../../core/connector.ts';
import { sha256 } from '../../../lib/encryption.ts';
import { MgRefused } from '../api/mg-http.ts';
import type { Envelope } from '../api/webhook-shapes.ts';
import type { MgContext } from '../context.ts';

const keyPrefix = 'template:';

/** Bytes of a template that is kept; the largest the documents allow is a few thousand characters. */
const maxBytes = 32_000;

const contentShape = z.object({
  name: z.string().min(1).max(512),
  lang: z.string().max(32).nullish(),
  category: z.string().max(64).nullish(),
  body: z.string().nullish(),
  header: z.record(z.string(), z.unknown()).nullish(),
  footer: z.string().nullish(),
  buttons: z.record(z.string(), z.unknown()).nullish(),
  example: z.record(z.string(), z.unknown()).nullish(),
});

const webhookShape = contentShape.partial({ name: true }).extend({
  channel_id: z.int(),
  code: z.string().min(1).max(512).nullish(),
});

const keptShape = contentShape.extend({
  code: z.string(),
  /** The channel of a line it is for; null: the main channel, whichever that is by then. */
  line_channel: z.int().nullable(),
});

/** Whether the webhook is about a template. */
export function isAboutTemplate(type: string): boolean {
  return type === 'template_create' || type === 'template_update' || type === 'template_delete';
}

/** The channel a webhook about a template names; null where it names none. */
export function channelOfTemplate({ data }: Envelope): number | null {
  return z.int().safeParse(data['channel_id']).data ?? null;
}

/** Null: it cannot be read. The caller has made sure that the channel is one of ours. */
export function takeTemplate({ type, data }: Envelope, mainChannelId: number): IngressResult | null {
  const parsed = webhookShape.safeParse(data);
  if (!parsed.success) return null;
  const { channel_id: channelId, code: given, ...content } = parsed.data;
  const lineChannel = channelId === mainChannelId ? null : channelId;
  if (type === 'template_delete') {
    const code = given ?? '';
    return code === '' ? null : { accept: [], keep: [{ key: keyOf(lineChannel, code), value: null }], answer: {} };
  }
  const template = contentShape.safeParse(content);
  if (!template.success || JSON.stringify(template.data).length > maxBytes) return null;
  const code = type === 'template_create' ? codeOf(template.data, lineChannel) : given;
  if (!code) return null;
  const keep = [{ key: keyOf(lineChannel, code), value: { ...template.data, code, line_channel: lineChannel } }];
  const answer = type === 'template_create' ? { code, verification_status: 'approved' } : {};
  return { accept: [], keep, answer };
}

/** The same template of a channel has the same code, so that a repeated webhook makes no second one. */
function codeOf(template: z.output<typeof contentShape>, lineChannel: number | null): string {
  const text = JSON.stringify(lineChannel === null ? template : [lineChannel, template]);
  const mark = sha256(text).toString('hex').slice(0, 12);
  return `b24-${mark}${template.lang ? `#${template.lang}` : ''}`;
}

/** Codes are up to 512 characters, keys up to 200. */
function keyOf(lineChannel: number | null, code: string): string {
  const place = lineChannel === null ? '' : `${lineChannel}:`;
  return `${keyPrefix}${place}${sha256(code).toString('hex')}`;
}

/**
 * Puts templates that are kept here and missing there back; without any that costs no call. Those of a line's channel that the account has
 * lost stay away: the channel that is made in its place is another one. Throws AppErrors.
 */
export async function keepTemplates({ apis, channels, config, tools }: MgContext): Promise<void> {
  const kept = (await tools.state.list(keyPrefix)).flatMap(({ value }) => {
    const template = keptShape.safeParse(value);
    return template.success ? [template.data] : [];
  });
  if (kept.length === 0) return;
  // An answer that does not say of which channel a template is means any of them.
  const there = new Set((await apis.transport.templates()).map((one) => nameOf(one.channel_id, one.code)));
  const isThere = (channelId: number, code: string): boolean =>
    there.has(nameOf(channelId, code)) || there.has(nameOf(null, code));
  for (const { line_channel: lineChannel, ...template } of kept) {
    const channelId = lineChannel ?? config.joined.channelId;
    if (isThere(channelId, template.code) || !(await channels.isOurs(channelId))) continue;
    const fields = Object.fromEntries(Object.entries(template).filter(([, value]) => value !== null));
    const status = { type: 'text', verification_status: 'approved' };
    try {
      await apis.transport.addTemplate(channelId, { ...fields, ...status });
    } catch (error) {
      // One that is refused must not keep the others away.
      if (!(error instanceof MgRefused)) throw error;
      tools.log('a template was not put back', { template: template.code, status: error.status });
    }
  }
}

function nameOf(channelId: number | null | undefined, code: string | null | undefined): string {
  return `${channelId ?? ''} ${code ?? ''}`;
}
