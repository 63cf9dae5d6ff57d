/** Makes the JSON Schemas and the OpenAPI document of the signed webhook from the schemas that read and write it. Pure. */
import { z } from 'zod';
import { responseSchema, webhookSchema } from '../src/brains/webhook/protocol/answers.ts';
import { eventSchema } from '../src/brains/webhook/protocol/events.ts';

type Json = Readonly<Record<string, unknown>>;

/** Folder of the documents, from the root. */
export const webhookDocumentsFolder = 'docs/brains/webhook';

/** The published schemas: events as they are sent, answers as they may be written (fields with defaults may be left out). */
const published = [
  // Later versions may send more fields, so a server that validates events must accept unknown ones.
  { name: 'event', title: 'What your server is sent', schema: eventSchema, io: 'input' },
  { name: 'response', title: 'What your server may answer in the response', schema: responseSchema, io: 'input' },
  { name: 'webhook', title: 'What your server may post later', schema: webhookSchema, io: 'input' },
] as const;

/** The files by name, in the form in which they are committed. */
export function webhookDocuments(): ReadonlyMap<string, string> {
  const schemas = published.map(({ name, title, schema, io }): [string, string] => {
    const json = z.toJSONSchema(schema, { io });
    return [`${name}.schema.json`, lay({ ...json, title })];
  });
  return new Map([...schemas, ['openapi.json', lay(openApi())]]);
}

function lay(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

const signatureHeaders = [
  ['webhook-id', 'The same on every repetition: take each once', { type: 'string', maxLength: 200 }],
  [
    'webhook-timestamp',
    'When this attempt was made, in Unix seconds',
    { type: 'string', pattern: String.raw`^\d{1,12}$` },
  ],
  ['webhook-signature', 'Signatures separated by spaces, `v1,` and Base64 each', { type: 'string' }],
] as const;

function openApi(): Json {
  const parameters = signatureHeaders.map(([name, description, schema]) => {
    return { name, in: 'header', required: true, description, schema };
  });
  return {
    openapi: '3.1.0',
    info: {
      title: 'Bot Bridge: signed webhook',
      version: '1.0.0',
      license: { name: 'MIT', identifier: 'MIT' },
      description:
        'Requests of both directions are signed by the Standard Webhooks scheme: HMAC-SHA256 over `id.timestamp.body`.',
    },
    webhooks: { event: { post: eventOperation(parameters) } },
    paths: { '/brains/webhook/{secret}': { post: answerOperation(parameters) } },
    components: { schemas: components() },
  };
}

function eventOperation(parameters: readonly Json[]): Json {
  return {
    operationId: 'event',
    summary: 'An event, sent to the address of your server',
    parameters,
    requestBody: { required: true, content: jsonContent('Event') },
    responses: {
      200: { description: 'Taken, with answers', content: jsonContent('CallResponse') },
      202: { description: 'Taken; answers, if any, come later' },
      401: { description: 'The signature is wrong: the connection is checked, and events wait' },
      410: { description: 'No more events: the connection is disabled' },
      429: { description: 'Fewer calls, please; `Retry-After` is respected' },
    },
  };
}

function answerOperation(parameters: readonly Json[]): Json {
  const secret = { name: 'secret', in: 'path', required: true, schema: { type: 'string' } };
  const refused = (description: string): Json => ({ description, content: jsonContent('Refusal') });
  return {
    operationId: 'answer',
    summary: 'Later answers; `answerUrl` of every event is this address',
    parameters: [secret, ...parameters],
    requestBody: { required: true, content: jsonContent('Webhook') },
    responses: {
      200: { description: 'Stored', content: jsonContent('Accepted') },
      400: refused('Not readable; nothing was stored'),
      401: refused('The signature is wrong or too old'),
      404: refused('No bot that uses this connection has such a conversation'),
      413: refused('More than 1 MiB'),
      503: { description: 'Not now: repeat it later under the same webhook-id' },
    },
  };
}

function jsonContent(name: string): Json {
  return { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } };
}

const acceptedSchema = z.object({ accepted: z.int() }).meta({ id: 'Accepted' });
const refusalSchema = z.object({ error: z.string(), problems: z.array(z.string()) }).meta({ id: 'Refusal' });

/** Every schema that has a name, once. */
function components(): Json {
  const all = [
    ...published.map(({ schema, io }) => ({ schema, io })),
    { schema: acceptedSchema, io: 'output' as const },
    { schema: refusalSchema, io: 'output' as const },
  ];
  const found: Record<string, unknown> = {};
  for (const { schema, io } of all) {
    const { $schema: _draft, $ref: reference, $defs: inner = {}, ...own } = z.toJSONSchema(schema, { io });
    for (const [name, part] of Object.entries(inner)) found[name] = withRefs(part);
    // A schema that others refer to is itself one of the definitions.
    if (reference === undefined) found[z.globalRegistry.get(schema)?.id ?? ''] = withRefs(own);
  }
  return Object.fromEntries(Object.entries(found).sort(([one], [other]) => one.localeCompare(other)));
}

/** Rewrites references to OpenAPI's form. */
function withRefs(part: unknown): unknown {
  return JSON.parse(
    JSON.stringify(part, (key, value: unknown) => {
      if (key === 'id' && typeof value === 'string') return undefined;
      return key === '$ref' && typeof value === 'string' ? value.replace('#/$defs/', '#/components/schemas/') : value;
    }),
  );
}
