/** Every key of the config as a form field: found in the schema, so that a new key has a field without anybody thinking of it. */
import { z } from 'zod';
import { configSchema } from '../config.ts';

export type FieldKind = 'choice' | 'flag' | 'number' | 'text' | 'list' | 'numbers' | 'json';

export interface SchemaField {
  /** As in the table of the document: `handover.tag`. */
  readonly path: string;
  readonly kind: FieldKind;
  /** Of a choice. */
  readonly options: readonly string[];
  /** In English, as the schema has it. */
  readonly meaning: string;
  /** Absent means something of its own, which no value says. */
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

/** The account itself is not a setting, and what joining has stored is nobody's to type. */
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

/** The value as it stands in the field. */
export function shownAt(config: unknown, { path, kind }: SchemaField): string {
  const value = valueAt(config, path.split('.'));
  if (value === undefined || value === null) return '';
  if (kind !== 'json' && Array.isArray(value)) return value.join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The config with what was typed in the field; an empty one takes the key back to its default. */
export function withTyped(config: object, { path, kind }: SchemaField, typed: string): object {
  const text = typed.trim();
  return put(config, path.split('.'), text === '' ? undefined : read(kind, text));
}

/** What cannot be read stays as it was typed: the schema says what is wrong with it. */
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
