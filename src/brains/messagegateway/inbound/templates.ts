/**
 * Message templates that managers make in the CRM. Bitrix24 has none, so there is nobody to approve them: each is taken at once, kept, and
 * put back where MessageGateway has lost it (a channel made anew). A message made of one arrives as its words.
 */
import { z } from 'zod';
import type { IngressResult } from '../../../core/connector.ts';
import { sha256 } from '../../../lib/encryption.ts';
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

const keptShape = contentShape.extend({ code: z.string() });

/** Whether the webhook is about a template. */
export function isAboutTemplate(type: string): boolean {
  return type === 'template_create' || type === 'template_update' || type === 'template_delete';
}

/** Null: it cannot be read, or is for another channel. */
export function takeTemplate({ type, data }: Envelope, channelId: number): IngressResult | null {
  const parsed = webhookShape.safeParse(data);
  if (!parsed.success || parsed.data.channel_id !== channelId) return null;
  const { channel_id: _, code: given, ...content } = parsed.data;
  if (type === 'template_delete') {
    const code = given ?? '';
    return code === '' ? null : { accept: [], keep: [{ key: keyOf(code), value: null }], answer: {} };
  }
  const template = contentShape.safeParse(content);
  if (!template.success || JSON.stringify(template.data).length > maxBytes) return null;
  const code = type === 'template_create' ? codeOf(template.data) : given;
  if (!code) return null;
  const keep = [{ key: keyOf(code), value: { ...template.data, code } }];
  const answer = type === 'template_create' ? { code, verification_status: 'approved' } : {};
  return { accept: [], keep, answer };
}

/** The same template has the same code, so that a repeated webhook makes no second one. */
function codeOf(template: z.output<typeof contentShape>): string {
  const mark = sha256(JSON.stringify(template)).toString('hex').slice(0, 12);
  return `b24-${mark}${template.lang ? `#${template.lang}` : ''}`;
}

/** Codes are up to 512 characters, keys up to 200. */
function keyOf(code: string): string {
  return `${keyPrefix}${sha256(code).toString('hex')}`;
}

/** Puts templates that are kept here and missing there back; without any that costs no call. Throws AppErrors. */
export async function keepTemplates({ apis, config, tools }: MgContext): Promise<void> {
  const kept = (await tools.state.list(keyPrefix)).flatMap(({ value }) => {
    const template = keptShape.safeParse(value);
    return template.success ? [template.data] : [];
  });
  if (kept.length === 0) return;
  const there = new Set((await apis.transport.templates()).map(({ code }) => code));
  for (const template of kept) {
    if (there.has(template.code)) continue;
    const fields = Object.fromEntries(Object.entries(template).filter(([, value]) => value !== null));
    const status = { type: 'text', verification_status: 'approved' };
    await apis.transport.addTemplate(config.joined.channelId, { ...fields, ...status });
  }
}
