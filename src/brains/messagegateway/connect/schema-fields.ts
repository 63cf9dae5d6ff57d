/** Every key of the config as a form field. The fields are read from the schema, so a new key gets a field automatically. */
import { z } from 'zod';
import { configSchema } from '../config.ts';

export type FieldKind = 'choice' | 'flag' | 'number' | 'text' | 'list' | 'numbers' | 'json';

export interface SchemaField {
  /** As in the documentation, for example `handover.tag`. */
  readonly path: string;
  readonly kind: FieldKind;
  /** The options of a choice. */
  readonly options: readonly string[];
  /** The schema's English description. */
  readonly meaning: string;
  /** The key may be absent, and that is different from each value. */
  readonly mayBeAbsent: boolean;
}

const nodeSchema = z.object({
  type: z.string().optional(),
  description: z.string().optional(),
  enum: z.array(z.string()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.object({ type: z.string().optional() }).optional(),
  default: z.unknown().optional(),
});

/** Not settings: the account itself, and what joining has stored. */
const notSettable: ReadonlySet<string> = new Set(['crmUrl', 'apiKey', 'joined']);

const numbers: ReadonlySet<string> = new Set(['number', 'integer']);

function kindOf(node: z.output<typeof nodeSchema>): FieldKind {
  if (node.enum !== undefined) return 'choice';
  if (node.type === 'boolean') return 'flag';
  if (numbers.has(node.type ?? '')) return 'number';
  if (node.type === 'array' && numbers.has(node.items?.type ?? '')) return 'numbers';
  if (node.type === 'array' && node.items?.type === 'string') return 'list';
  return node.type === 'string' ? 'text' : 'json';
}

function fieldsIn(schema: unknown, prefix = ''): readonly SchemaField[] {
  const { properties = {} } = nodeSchema.parse(schema);
  return Object.entries(properties).flatMap(([name, given]) => {
    const path = `${prefix}${name}`;
    if (notSettable.has(path)) return [];
    const node = nodeSchema.parse(given);
    if (node.properties !== undefined) return fieldsIn(given, `${path}.`);
    const { enum: options = [], description: meaning = '', default: usual } = node;
    return [{ path, kind: kindOf(node), options, meaning, mayBeAbsent: usual === undefined }];
  });
}

export const schemaFields: readonly SchemaField[] = fieldsIn(
  z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }),
);

/** The value as the field's text. */
export function shownAt(config: unknown, { path, kind }: SchemaField): string {
  const value = valueAt(config, path.split('.'));
  if (value === undefined || value === null) return '';
  if (kind !== 'json' && Array.isArray(value)) return value.join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The config with the field's text; an empty text resets the key to its default. */
export function withTyped(config: object, { path, kind }: SchemaField, typed: string): object {
  const text = typed.trim();
  return put(config, path.split('.'), text === '' ? undefined : read(kind, text));
}

/** A text that cannot be read stays as it is, so that the schema reports it. */
function read(kind: FieldKind, text: string): unknown {
  switch (kind) {
    case 'flag':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'number':
      return Number.isFinite(Number(text)) ? Number(text) : text;
    case 'list':
      return wordsIn(text);
    case 'numbers':
      return wordsIn(text).map((word) => read('number', word));
    case 'json':
      return parsed(text);
    case 'choice':
    case 'text':
      return text;
  }
}

function wordsIn(text: string): readonly string[] {
  const words = text.split(/[,;\n]+/).map((word) => word.trim());
  return words.filter((word) => word !== '');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  return isMap(value) ? valueAt(value[key], rest) : undefined;
}

function put(config: object, path: readonly string[], value: unknown): object {
  const [key = '', ...rest] = path;
  const before = isMap(config) ? config[key] : undefined;
  const { [key]: _, ...others } = { ...config } as Record<string, unknown>;
  const after = rest.length === 0 ? value : put(isMap(before) ? before : {}, rest, value);
  return after === undefined ? others : { ...others, [key]: after };
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
