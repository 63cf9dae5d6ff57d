/** Checks requests and answers against an OpenAPI 3.0 document: the part of JSON Schema those documents use, and nothing else. */
import { existsSync, readFileSync } from 'node:fs';

type Map = Readonly<Record<string, unknown>>;

function isMap(value: unknown): value is Map {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const DOCUMENTS = new URL('../../../shared/reference/openapi/', import.meta.url);

/** The reference document of an API, or null where the reference folder is absent. */
export function referenceDocument(api: 'bot' | 'transport'): Map | null {
  const file = new URL(`${api}-api.openapi.2025-autumn.json`, DOCUMENTS);
  if (!existsSync(file)) return null;
  const document: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return isMap(document) ? document : null;
}

const FORMATS: Readonly<Record<string, RegExp>> = {
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
};

function ofType(value: unknown, type: unknown): boolean {
  if (type === 'integer') return Number.isSafeInteger(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isMap(value);
  return typeof value === type;
}

function numberProblems({ minimum, maximum }: Map, value: number, where: string): string[] {
  const isLow = typeof minimum === 'number' && value < minimum;
  const isHigh = typeof maximum === 'number' && value > maximum;
  return isLow || isHigh ? [`${where}: ${value} is out of bounds`] : [];
}

/** Query values are texts; a value that is documented as a number is converted if it can be read as one. */
function fromText(text: string, schema: Map): unknown {
  return schema['type'] === 'integer' && /^-?\d+$/.test(text) ? Number(text) : text;
}

export interface CheckedRequest {
  readonly query: URLSearchParams;
  /** Parsed; null without one. */
  readonly body: unknown;
}

export class OpenApiCheck {
  readonly #document: Map;

  constructor(document: Map) {
    this.#document = document;
  }

  #resolved(schema: unknown): Map {
    let found = schema;
    while (isMap(found) && typeof found['$ref'] === 'string') {
      let target: unknown = this.#document;
      for (const key of found['$ref'].replace('#/', '').split('/')) target = isMap(target) ? target[key] : undefined;
      found = target;
    }
    if (!isMap(found)) throw new Error(`schema not found: ${JSON.stringify(schema)}`);
    return found;
  }

  /** What is wrong with the value; empty when nothing is. */
  problems(given: unknown, value: unknown, where = 'answer'): string[] {
    const schema = this.#resolved(given);
    if (value === null) return this.#takesNull(schema) ? [] : [`${where} is null`];
    const found: string[] = [];
    for (const part of Array.isArray(schema['allOf']) ? schema['allOf'] : []) {
      found.push(...this.problems(part, value, where));
    }
    if (Array.isArray(schema['oneOf']) && !schema['oneOf'].some((part) => this.problems(part, value).length === 0)) {
      found.push(`${where} fits no alternative`);
    }
    if (schema['type'] !== undefined && !ofType(value, schema['type']))
      found.push(`${where} is no ${JSON.stringify(schema['type'])}`);
    if (Array.isArray(schema['enum']) && !schema['enum'].includes(value))
      found.push(`${where}: ${JSON.stringify(value)} not in enum`);
    if (typeof value === 'number') found.push(...numberProblems(schema, value, where));
    if (typeof value === 'string') found.push(...this.#textProblems(schema, value, where));
    if (Array.isArray(value) && schema['items'] !== undefined) {
      for (const [at, item] of value.entries()) found.push(...this.problems(schema['items'], item, `${where}[${at}]`));
    }
    if (isMap(value)) found.push(...this.#mapProblems(schema, value, where));
    return found;
  }

  #takesNull(schema: Map): boolean {
    return schema['nullable'] === true;
  }

  #textProblems(schema: Map, value: string, where: string): string[] {
    const { minLength, maxLength, format } = schema;
    const found: string[] = [];
    if (typeof minLength === 'number' && value.length < minLength) found.push(`${where} is too short`);
    if (typeof maxLength === 'number' && value.length > maxLength) found.push(`${where} is too long`);
    const pattern = typeof format === 'string' ? FORMATS[format] : undefined;
    if (pattern !== undefined && !pattern.test(value)) found.push(`${where}: ${value} is no ${String(format)}`);
    return found;
  }

  #mapProblems(schema: Map, value: Map, where: string): string[] {
    const found: string[] = [];
    for (const key of Array.isArray(schema['required']) ? schema['required'] : []) {
      if (value[String(key)] === undefined) found.push(`${where}.${key} is missing`);
    }
    const properties = isMap(schema['properties']) ? schema['properties'] : {};
    for (const [key, part] of Object.entries(properties)) {
      if (value[key] !== undefined) found.push(...this.problems(part, value[key], `${where}.${key}`));
    }
    return found;
  }

  /** Undocumented fields, at any depth. Objects without documented properties may have any fields. */
  #strangers(given: unknown, value: unknown, where: string): string[] {
    const schema = this.#resolved(given);
    if (Array.isArray(value)) {
      const { items } = schema;
      if (items === undefined) return [];
      return value.flatMap((item, at) => this.#strangers(items, item, `${where}[${at}]`));
    }
    const known = this.#propertiesOf(schema);
    if (!isMap(value) || known.size === 0) return [];
    return Object.entries(value).flatMap(([key, inner]) => {
      const part = known.get(key);
      return part === undefined
        ? [`${where}.${key} is not in the document`]
        : this.#strangers(part, inner, `${where}.${key}`);
    });
  }

  #propertiesOf(schema: Map): ReadonlyMap<string, unknown> {
    const parts = ['allOf', 'oneOf', 'anyOf'].flatMap((name) => {
      const list = schema[name];
      return Array.isArray(list) ? list.map((part) => this.#resolved(part)) : [];
    });
    const own = isMap(schema['properties']) ? Object.entries(schema['properties']) : [];
    return new Map([...parts.flatMap((part) => [...this.#propertiesOf(part)]), ...own]);
  }

  /** Problems with a request: its query, its body, and unknown fields. File contents are not checked. */
  requestProblems(operation: string, { query, body }: CheckedRequest): string[] {
    const { parameters, requestBody } = this.#operation(operation);
    const found: string[] = [];
    const known = new Map<string, Map>();
    for (const given of Array.isArray(parameters) ? parameters : []) {
      const parameter = this.#resolved(given);
      if (parameter['in'] === 'query') known.set(String(parameter['name']), this.#resolved(parameter['schema']));
    }
    for (const name of new Set(query.keys())) {
      const schema = known.get(name);
      const where = `${operation} ?${name}`;
      if (schema === undefined) found.push(`${where} is not in the document`);
      else if (schema['type'] === 'array') {
        const items = this.#resolved(schema['items']);
        found.push(
          ...this.problems(
            schema,
            query.getAll(name).map((text) => fromText(text, items)),
            where,
          ),
        );
      } else found.push(...this.problems(schema, fromText(query.get(name) ?? '', schema), where));
    }
    const content = requestBody === undefined ? undefined : this.#resolved(requestBody)['content'];
    const json = isMap(content) ? content['application/json'] : undefined;
    // An official client sends `{}` where no body is expected.
    const isEmpty = body === null || (isMap(body) && Object.keys(body).length === 0);
    if (!isMap(json)) return isEmpty || isMap(content) ? found : [...found, `${operation} takes no body`];
    const where = `${operation} body`;
    return [...found, ...this.problems(json['schema'], body, where), ...this.#strangers(json['schema'], body, where)];
  }

  #operation(operation: string): Map {
    const [method = '', path = ''] = operation.split(' ');
    const paths = this.#resolved(this.#document['paths']);
    return this.#resolved(this.#resolved(paths[path])[method.toLowerCase()]);
  }

  /** Every operation of the document as `GET /path`. */
  operations(): string[] {
    const paths = isMap(this.#document['paths']) ? this.#document['paths'] : {};
    return Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(isMap(item) ? item : {}).map((method) => `${method.toUpperCase()} ${path}`),
    );
  }

  /** The documented operation that a request matches. */
  operationOf(method: string, path: string): string | null {
    const parts = path.split('?')[0]?.split('/') ?? [];
    const fits = (template: string): boolean => {
      const wanted = template.split('/');
      return wanted.length === parts.length && wanted.every((name, at) => name.startsWith('{') || name === parts[at]);
    };
    const known = this.operations().filter((name) => name.startsWith(`${method} `));
    const exact = known.find((name) => name === `${method} ${parts.join('/')}`);
    return exact ?? known.find((name) => fits(name.slice(method.length + 1))) ?? null;
  }

  /** Problems with an answer. An undocumented 2xx is compared with what is documented for 200. */
  answerProblems(operation: string, status: number, body: unknown): string[] {
    const responses = this.#resolved(this.#operation(operation)['responses']);
    const success = status < 300 ? responses['200'] : responses['default'];
    const content = this.#resolved(responses[String(status)] ?? success)['content'];
    const json = isMap(content) ? content['application/json'] : undefined;
    return isMap(json) ? this.problems(json['schema'], body, operation) : [];
  }
}
