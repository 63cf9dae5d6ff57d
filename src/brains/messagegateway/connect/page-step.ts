/** What the connection page posts. */
import { z } from 'zod';
import type { ConnectStep } from '../../../core/connect-view.ts';
import type { WebhookRequest } from '../../../core/connector.ts';
import { badInput } from '../../../core/errors.ts';
import { jsonOrUndefined } from '../../../lib/bounded-json.ts';

const texts = z.record(z.string(), z.string());
const carried = texts.default({});
const values = texts.default({});

const stepSchema = z.discriminatedUnion('step', [
  z.strictObject({ step: z.literal('check'), carried, values, code: z.string().default('') }),
  z.strictObject({ step: z.literal('choose'), carried }),
  z.strictObject({ step: z.literal('settings'), carried, bot: z.string() }),
  z.strictObject({ step: z.literal('connect'), carried, bot: z.string(), values }),
]) satisfies z.ZodType<ConnectStep>;

/**
 * Nobody is signed in here, but a step from another site is a mistake or an attack. Throws BadInput `messagegateway.foreign_form` (403) for
 * such a step, and `messagegateway.unreadable_step` (400, 415) for one it cannot read.
 */
export function readStep({ headers, body }: WebhookRequest, publicUrl: string): ConnectStep {
  const { origin } = headers;
  if (headers['sec-fetch-site'] === 'cross-site' || (origin !== undefined && origin !== publicUrl)) {
    throw badInput('messagegateway.foreign_form', 'the form came from another site', 403);
  }
  // A page of another site cannot send this content type before the browser has asked our permission.
  if (!(headers['content-type'] ?? '').toLowerCase().startsWith('application/json')) {
    throw badInput('messagegateway.unreadable_step', 'a step is sent as application/json', 415);
  }
  const step = stepSchema.safeParse(jsonOrUndefined(body));
  if (step.success) return step.data;
  throw badInput('messagegateway.unreadable_step', 'this is no step of the connection page');
}
