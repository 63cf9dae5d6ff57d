/** Makes the OpenAPI document of the pages' API from its endpoints. Pure. */
import { z } from 'zod';
import type { Endpoint } from '../src/api/endpoint.ts';
import { errorAnswerSchema } from '../src/api/schemas/common.ts';

type Json = Readonly<Record<string, unknown>>;

/** Path of the document, from the root. */
export const apiDocumentPath = 'docs/api/openapi.json';

/** The document, in the form in which it is committed. */
export function apiDocument(endpoints: readonly Endpoint[]): string {
  const paths: Record<string, Record<string, Json>> = {};
  for (const endpoint of endpoints) {
    const path = endpoint.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operation(endpoint) };
  }
  const document = {
    openapi: '3.1.0',
    info: {
      title: 'Bot Bridge: API of the pages',
      version: '1.0.0',
      license: { name: 'MIT', identifier: 'MIT' },
      description:
        'For the pages inside a portal. The session comes with the page and is bound to its portal and visitor; `POST /api/session` renews it.',
    },
    security: [{ session: [] }],
    paths,
    components: {
      securitySchemes: { session: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: schemaOf(errorAnswerSchema, 'output') },
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

const who = {
  admin: 'Administrators of the portal.',
  reader: 'Administrators of the portal, and whom they have allowed to read.',
  'anyone-of-portal': 'Every visitor of the portal.',
} satisfies Readonly<Record<Endpoint['access'], string>>;

function operation({ method, path, summary, access, schemas, isFile = false }: Endpoint): Json {
  const parameters = [...parametersOf(schemas.params, 'path'), ...parametersOf(schemas.query, 'query')];
  const words = path.replace('/api', '').split(/[/:]+/).filter(Boolean);
  return {
    operationId: [method.toLowerCase(), ...words].join('-'),
    summary,
    description: who[access],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(schemas.body === undefined
      ? {}
      : { requestBody: { required: true, content: jsonContent(schemaOf(schemas.body, 'input')) } }),
    responses: {
      200: { description: isFile ? 'A file' : 'Done', content: jsonContent(schemaOf(schemas.answer, 'output')) },
      default: {
        description:
          '400 not readable · 401 the session is over · 403 not allowed · 404 not there (any more) · 409 changed meanwhile · 413 too large · 422 values that do not fit · 429 too many attempts · 503 not now',
        content: jsonContent({ $ref: '#/components/schemas/Error' }),
      },
    },
  };
}

function parametersOf(schema: z.ZodType | undefined, place: 'path' | 'query'): readonly Json[] {
  if (schema === undefined) return [];
  const { properties, required } = partsSchema.parse(z.toJSONSchema(schema, { io: 'input' }));
  return Object.entries(properties).map(([name, part]) => {
    return { name, in: place, required: place === 'path' || required.includes(name), schema: part };
  });
}

const partsSchema = z.object({
  properties: z.record(z.string(), z.unknown()).default({}),
  required: z.array(z.string()).default([]),
});

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _draft, ...own } = z.toJSONSchema(schema, { io });
  return own;
}

function jsonContent(schema: Json): Json {
  return { 'application/json': { schema } };
}
