/**
 * Message templates that managers create in the CRM, for the main channel or a line channel. Bitrix24 has no templates and no approval, so
 * each is approved at once. They are stored, and restored when MessageGateway has lost them (the main channel was created again). A message
 * made from a template arrives as text.
 */
import { z } from 'zod';
import type { IngressResult } from '../../../core/connector.ts';
import { sha256 } from '../../../lib/encryption.ts';
import { MgRefused } from '../api/mg-http.ts';
import type { Envelope } from '../api/webhook-shapes.ts';
import type { MgContext } from '../context.ts';

const keyPrefix = 'template:';

/** Most bytes of a stored template; the documentation allows a few thousand characters. */
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

const storedShape = contentShape.extend({
  code: z.string(),
  /** The line channel it belongs to; null: whichever channel is the main one. */
  line_channel: z.int().nullable(),
});

/** Whether the webhook is about a template. */
export function isAboutTemplate(type: string): boolean {
  return type === 'template_create' || type === 'template_update' || type === 'template_delete';
}

/** The channel of a webhook about a template, or null. */
export function channelOfTemplate({ data }: Envelope): number | null {
  return z.int().safeParse(data['channel_id']).data ?? null;
}

/** Null: the template cannot be read. The caller has checked that the channel is one of ours. */
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

/** The same template of a channel always gets the same code, so a repeated webhook creates no second one. */
function codeOf(template: z.output<typeof contentShape>, lineChannel: number | null): string {
  const text = JSON.stringify(lineChannel === null ? template : [lineChannel, template]);
  const mark = sha256(text).toString('hex').slice(0, 12);
  return `b24-${mark}${template.lang ? `#${template.lang}` : ''}`;
}

/** A digest, because codes have up to 512 characters and keys up to 200. */
function keyOf(lineChannel: number | null, code: string): string {
  const place = lineChannel === null ? '' : `${lineChannel}:`;
  return `${keyPrefix}${place}${sha256(code).toString('hex')}`;
}

/**
 * Restores stored templates that are missing in MessageGateway; makes no call when none are stored. Templates of a deleted line channel are
 * not restored. Throws AppErrors.
 */
export async function keepTemplates({ apis, channels, config, tools }: MgContext): Promise<void> {
  const stored = (await tools.state.list(keyPrefix)).flatMap(({ value }) => {
    const template = storedShape.safeParse(value);
    return template.success ? [template.data] : [];
  });
  if (stored.length === 0) return;
  // A template without a channel counts as present in each.
  const there = new Set((await apis.transport.templates()).map((one) => nameOf(one.channel_id, one.code)));
  const isThere = (channelId: number, code: string): boolean =>
    there.has(nameOf(channelId, code)) || there.has(nameOf(null, code));
  for (const { line_channel: lineChannel, ...template } of stored) {
    const channelId = lineChannel ?? config.joined.channelId;
    if (isThere(channelId, template.code) || !(await channels.isOurs(channelId))) continue;
    const fields = Object.fromEntries(Object.entries(template).filter(([, value]) => value !== null));
    const status = { type: 'text', verification_status: 'approved' };
    try {
      await apis.transport.addTemplate(channelId, { ...fields, ...status });
    } catch (error) {
      // A refused template must not stop the others.
      if (!(error instanceof MgRefused)) throw error;
      tools.log('a template could not be restored', { template: template.code, status: error.status });
    }
  }
}

function nameOf(channelId: number | null | undefined, code: string | null | undefined): string {
  return `${channelId ?? ''} ${code ?? ''}`;
}
