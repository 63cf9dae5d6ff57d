/**
 * A brain's settings as a form. A key of a schema becomes a field of the form by `field()`, which gives it a title and help; the CLI and one
 * page for all brains show the fields, so no brain needs a page of its own. Keys without a title are not shown (tokens stored by `join`).
 */
import { z } from 'zod';
import type { Texts } from './texts.ts';

/** What `field()` says about a key. */
export interface FieldTexts {
  readonly title: Texts;
  readonly help: Texts;
  /** The stored value is never shown again; an empty answer keeps it. */
  readonly secret?: true;
  /** The secrets of the account are used at this web address: if its host changes, they must be entered again. */
  readonly isAddress?: true;
  /** Fields that few people need are shown folded. */
  readonly group?: 'advanced';
  /** Titles of the values of an enum. */
  readonly choices?: Readonly<Record<string, Texts>>;
  /** The message for a value of the wrong form. Absent: that of the schema. */
  readonly wrong?: Texts;
}

export type FieldKind = 'text' | 'secret' | 'number' | 'yesno' | 'choice' | 'list';

/** One field of a form. */
export interface FormField {
  /** The key in the config; `handover.command` is a key of a nested object. */
  readonly key: string;
  readonly kind: FieldKind;
  readonly title: Texts;
  readonly help: Texts;
  /** The schema accepts no config without it. */
  readonly required: boolean;
  /** The value used when the key is absent; null: none. */
  readonly default: string | number | boolean | readonly (string | number)[] | null;
  /** The values of a `choice`. */
  readonly choices: readonly { readonly value: string; readonly title: Texts }[];
  readonly group: 'main' | 'advanced';
  /** The secrets of the account are used at this web address. */
  readonly isAddress: boolean;
  /** A `list` of numbers; otherwise of texts. */
  readonly ofNumbers: boolean;
  /** The message for a value of the wrong form; null: that of the schema. */
  readonly wrong: Texts | null;
}

const fields = z.registry<FieldTexts>();

/**
 * Gives a key of a schema its title and help. The result may be wrapped further (`.optional()`, `.default()`, …). The help is also the
 * schema's description, which JSON Schemas show.
 */
export function field<S extends z.ZodType>(schema: S, texts: FieldTexts): S {
  const described = schema.describe(texts.help.en);
  fields.add(described, texts);
  return described;
}

const textsSchema = z.record(z.string(), z.string());
const nodeSchema = z.object({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  title: textsSchema.optional(),
  help: textsSchema.optional(),
  secret: z.literal(true).optional(),
  isAddress: z.literal(true).optional(),
  group: z.literal('advanced').optional(),
  choices: z.record(z.string(), textsSchema).optional(),
  wrong: textsSchema.optional(),
  enum: z.array(z.unknown()).optional(),
  anyOf: z.array(z.unknown()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  items: z.object({ type: z.string().optional() }).optional(),
  default: z.unknown().optional(),
});
type Node = z.output<typeof nodeSchema>;

const known = new WeakMap<z.ZodType, readonly FormField[]>();

/** The fields of a schema, in its order; empty for a schema without titles. Throws for a titled key that no field can show. */
export function formOf(schema: z.ZodType): readonly FormField[] {
  const before = known.get(schema);
  if (before !== undefined) return before;
  const node = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', metadata: fields, reused: 'inline' });
  const found = fieldsIn(nodeSchema.parse(node), '', true);
  known.set(schema, found);
  return found;
}

function fieldsIn(node: Node, prefix: string, isRequired: boolean): readonly FormField[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, given]) => {
    const child = withoutNull(nodeSchema.parse(given));
    const key = `${prefix}${name}`;
    const required = isRequired && (node.required ?? []).includes(name);
    if (child.title === undefined) return fieldsIn(child, `${key}.`, required);
    return [toField(child, key, required)];
  });
}

/** A nullable key is shown like any other; an empty answer leaves it out. */
function withoutNull(node: Node): Node {
  const variants = (node.anyOf ?? []).map((given) => nodeSchema.parse(given)).filter(({ type }) => type !== 'null');
  const [only, another] = variants;
  const whole = only === undefined || another !== undefined ? node : { ...only, ...node };
  const [type, otherType] = [whole.type ?? []].flat().filter((name) => name !== 'null');
  return {
    ...whole,
    type: otherType === undefined ? type : undefined,
    enum: whole.enum?.filter((value) => value !== null),
  };
}

function toField(node: Node, key: string, required: boolean): FormField {
  const { title = {}, help = {}, choices = {}, enum: values = [] } = node;
  const kind = kindOf(node);
  if (kind === null) throw new Error(`the key ${key} has a title, but a form cannot show it`);
  return {
    key,
    kind,
    title: toTexts(title),
    help: toTexts(help),
    required,
    default: defaultOf(node.default),
    choices: values.filter(isText).map((value) => {
      return { value, title: toTexts(choices[value] ?? { en: value, ru: value }) };
    }),
    group: node.group ?? 'main',
    isAddress: node.isAddress === true,
    ofNumbers: kind === 'list' && isNumber(node.items?.type),
    wrong: node.wrong === undefined ? null : toTexts(node.wrong),
  };
}

function kindOf(node: Node): FieldKind | null {
  if (node.secret === true) return 'secret';
  if (node.enum !== undefined) return node.enum.every(isText) ? 'choice' : null;
  if (node.type === 'boolean') return 'yesno';
  if (isNumber(node.type)) return 'number';
  if (node.type === 'array') return node.items?.type === 'string' || isNumber(node.items?.type) ? 'list' : null;
  return node.type === 'string' ? 'text' : null;
}

function isNumber(type: unknown): boolean {
  return type === 'number' || type === 'integer';
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function toTexts({ en = '', ru = '', ...others }: Readonly<Record<string, string>>): Texts {
  return { en, ru, ...others };
}

const defaultSchema = z
  .union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number()]))])
  .nullable()
  .catch(null);

function defaultOf(value: unknown): FormField['default'] {
  return defaultSchema.parse(value ?? null);
}
