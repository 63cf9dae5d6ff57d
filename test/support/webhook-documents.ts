/** Compares real traffic with the published documents of the signed webhook, as they are on disk, not as the code defines them. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { WebhookServer } from '../../sandbox/webhook/webhook-server.ts';

const folder = new URL('../../docs/brains/webhook/', import.meta.url);

/** A schema of `openapi.json`, with its references as JSON Schema has them. Undocumented fields count as faults here. */
function documentedSchema(name: string): z.ZodType {
  const document = JSON.parse(readFileSync(new URL('openapi.json', folder), 'utf8'));
  const whole = { $ref: `#/$defs/${name}`, $defs: document.components.schemas };
  const text = JSON.stringify(whole, (_key, value: unknown) => (isObjectSchema(value) ? closed(value) : value));
  return z.fromJSONSchema(JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')));
}

/** Everything in a server's traffic that the documents do not allow. */
export function undocumentedTraffic(server: WebhookServer): string[] {
  const [event, response, webhook, accepted, refusal] = ['Event', 'CallResponse', 'Webhook', 'Accepted', 'Refusal'].map(
    documentedSchema,
  );
  const faults = (schema: z.ZodType | undefined, value: unknown): string[] => {
    const read = schema?.safeParse(value);
    return read?.success === true ? [] : [`${JSON.stringify(value)}: ${read?.error.message ?? 'no schema'}`];
  };
  const events = server.calls.latest().flatMap(({ status, body, answer }) => {
    return [...faults(event, body), ...(status === 200 && answer !== undefined ? faults(response, answer) : [])];
  });
  const webhooks = server.sender.latest().flatMap(({ body, status, response: answered }) => {
    if (status === 200) return [...faults(webhook, body), ...faults(accepted, answered)];
    return status === null || status >= 500 ? [] : faults(refusal, answered);
  });
  return [...events, ...webhooks];
}

function isObjectSchema(value: unknown): value is object {
  return typeof value === 'object' && value !== null && 'properties' in value && 'type' in value;
}

function closed(schema: object): object {
  return { ...schema, additionalProperties: false };
}
