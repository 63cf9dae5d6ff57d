/** Transport API: message templates of a channel. */
import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { type ApiAnswer, type ApiCall, type ApiRoute, ok } from '../api-gate.ts';
import type { ChannelRecord, TemplateRecord } from '../records.ts';
import { orZero, readBodyAs } from '../validate.ts';
import { ownChannel } from './own-records.ts';

const VERIFICATION = ['approved', 'pending', 'rejected', 'paused', 'disabled', 'new'] as const;

const fields = {
  name: z.string().min(1).max(512),
  template: z.array(z.union([z.string(), z.object({ var: z.string().optional() })])).optional(),
  body: z.string().optional(),
  lang: z.string().optional(),
  category: z.enum(['utility', 'marketing', 'authentication']).optional(),
  footer: z.string().optional(),
  header: z
    .object({
      content: z
        .object({ type: z.enum(['text', 'document', 'image', 'video']), body: z.string().optional() })
        .optional(),
    })
    .optional(),
  buttons: z
    .object({
      items: z
        .array(
          z.object({
            type: z.enum(['plain', 'phone', 'url']),
            label: z.string(),
            phone: z.string().optional(),
            url: z.string().optional(),
          }),
        )
        .optional(),
    })
    .optional(),
  quality: z.enum(['pending', 'high', 'medium', 'low']).optional(),
  rejection_reason: z.enum(['abusive_content', 'incorrect_category', 'invalid_format', 'scam']).optional(),
};

const activateBody = z.object({
  ...fields,
  code: z.string().min(1).max(512),
  type: z.enum(['text', 'media']),
  verification_status: orZero(z.enum(VERIFICATION)),
});

const updateBody = z.object({ ...fields, verification_status: z.enum(VERIFICATION) });

function channelInPath(call: ApiCall): ChannelRecord {
  return ownChannel(call, Number(call.params['channel_id']));
}

function templateInPath(call: ApiCall, channel: ChannelRecord): TemplateRecord {
  const template = channel.templates.get(call.params['code'] ?? '');
  if (template === undefined) throw new ApiError(404, 'Template not found');
  return template;
}

function view(channel: ChannelRecord, template: TemplateRecord): object {
  return {
    template: [],
    body: '',
    verification_status: 'pending',
    ...template.fields,
    id: template.id,
    code: template.code,
    channel_id: channel.id,
    enabled: true,
  };
}

function list(call: ApiCall): ApiAnswer {
  const own = [...call.account.channels.values()].filter(({ moduleCode }) => moduleCode === call.module.code);
  return ok(own.flatMap((channel) => [...channel.templates.values()].map((template) => view(channel, template))));
}

function activate(call: ApiCall): ApiAnswer {
  const channel = channelInPath(call);
  const body = readBodyAs(activateBody, call.json() ?? {});
  if (channel.templates.has(body.code)) throw new ApiError(400, 'Template with passed code already exists');
  const id = call.account.gateway.nextId('template');
  channel.templates.set(body.code, { id, code: body.code, fields: body });
  return ok({});
}

function update(call: ApiCall): ApiAnswer {
  const channel = channelInPath(call);
  const template = templateInPath(call, channel);
  template.fields = { ...template.fields, ...readBodyAs(updateBody, call.json() ?? {}) };
  return ok({});
}

function remove(call: ApiCall): ApiAnswer {
  const channel = channelInPath(call);
  channel.templates.delete(templateInPath(call, channel).code);
  return ok({});
}

/** Routes of templates. */
export const templateRoutes: readonly ApiRoute[] = [
  { method: 'GET', path: '/templates', run: list },
  { method: 'POST', path: '/channels/:channel_id/templates', run: activate },
  { method: 'PUT', path: '/channels/:channel_id/templates/:code', run: update },
  { method: 'DELETE', path: '/channels/:channel_id/templates/:code', run: remove },
];
