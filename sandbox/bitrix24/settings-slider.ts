/**
 * The slider in which Bitrix24 shows the settings form of a REST-only app: requests the form from the app, refuses one that does not match
 * the documentation, requests it again when a field with `updateForm` changes, and posts the values to `form.action`.
 */
import { z } from 'zod';
import type { PortalState } from './state.ts';
import { postSettings, type SettingsEvent } from './vendor-card.ts';

const text = z.string();
const fieldSchema = z
  .strictObject({
    id: text.min(1),
    name: text.min(1),
    type: z.enum(['input', 'dropdown-list']),
    label: text.optional(),
    placeholder: text.optional(),
    value: text.optional(),
    items: z.array(z.strictObject({ value: text, name: text })).optional(),
    updateForm: z.boolean().optional(),
  })
  .refine(({ type, items }) => (type === 'dropdown-list') === (items !== undefined), 'items belong to a dropdown-list')
  .refine(
    ({ items, value }) => items === undefined || value === undefined || items.some((item) => item.value === value),
    {
      message: 'the value of a dropdown-list is one of its items',
    },
  );
const stepSchema = z.strictObject({
  id: text.min(1),
  title: text.min(1),
  description: text.optional(),
  help: z.boolean().optional(),
  fields: z.array(fieldSchema),
});
const formSchema = z
  .strictObject({
    title: text.min(1),
    version: z.literal('1'),
    steps: z.array(stepSchema).min(1),
    form: z.strictObject({
      id: text.min(1),
      action: z.url(),
      clientId: text.min(1),
      redirect: text.optional(),
      saveCaption: text.optional(),
      cancelCaption: text.optional(),
    }),
  })
  .refine(({ steps }) => areUnique(steps.map(({ id }) => id)), 'the ids of steps are unique')
  .refine(({ steps }) => areUnique(steps.flatMap(({ fields }) => fields.map(({ name }) => name))), {
    message: 'the names of fields are unique',
  });

export type ShownForm = z.output<typeof formSchema>;

const areUnique = (names: readonly string[]): boolean => new Set(names).size === names.length;

const successSchema = z.strictObject({ status: z.literal('success') });
const errorSchema = z.strictObject({
  status: z.literal('error'),
  errors: z.array(z.strictObject({ field: text, message: text })).min(1),
});

/** What the slider shows after the button was pressed. */
export interface Saved {
  /** Errors by field name; when there are none, the slider closes. */
  readonly errors: Readonly<Record<string, string>>;
}

export class SettingsSlider {
  readonly #state: PortalState;
  readonly #url: string;
  readonly #userId: number;
  readonly #values = new Map<string, string>();
  #form: ShownForm | null = null;

  constructor(state: PortalState, url: string, userId: number) {
    this.#state = state;
    this.#url = url;
    this.#userId = userId;
  }

  /** Throws when the app's answer is not a form as documented. */
  async open(event: Exclude<SettingsEvent, 'OnAppSettingsChange'>): Promise<ShownForm> {
    return await this.#ask(event);
  }

  get form(): ShownForm {
    if (this.#form === null) throw new Error('the slider is not open');
    return this.#form;
  }

  /** The values of all fields that are shown. */
  values(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#values);
  }

  /** Somebody types into a field, or chooses an item. */
  async fill(name: string, value: string): Promise<void> {
    const field = this.form.steps.flatMap(({ fields }) => fields).find((one) => one.name === name);
    if (field === undefined) throw new Error(`the form has no field ${name}`);
    if (field.items !== undefined && !field.items.some((item) => item.value === value)) {
      throw new Error(`${name} has no item ${value}; it has ${field.items.map((item) => item.value).join(', ')}`);
    }
    this.#values.set(name, value);
    if (field.updateForm === true) await this.#ask('OnAppSettingsChange');
  }

  async save(): Promise<Saved> {
    const { status, body } = await postSettings(this.#state, {
      url: this.form.form.action,
      userId: this.#userId,
      data: this.values(),
    });
    const answer: unknown = JSON.parse(body);
    if (status === 200) successSchema.parse(answer);
    if (status === 200) return { errors: {} };
    if (status !== 400) throw new Error(`the app answered ${status} to the form: ${body}`);
    const shown = new Set(this.form.steps.flatMap(({ fields }) => fields.map(({ name }) => name)));
    const { errors } = errorSchema.parse(answer);
    const lost = errors.find(({ field }) => !shown.has(field));
    if (lost !== undefined) throw new Error(`nobody sees the error of ${lost.field}: the form has no such field`);
    return { errors: Object.fromEntries(errors.map(({ field, message }) => [field, message])) };
  }

  async #ask(event: SettingsEvent): Promise<ShownForm> {
    const isChange = event === 'OnAppSettingsChange';
    const { status, body } = await postSettings(this.#state, {
      url: this.#url,
      userId: this.#userId,
      event,
      ...(isChange ? { data: this.values() } : {}),
    });
    if (status !== 200) throw new Error(`the app answered ${status} instead of a form: ${body}`);
    this.#form = formSchema.parse(JSON.parse(body));
    this.#values.clear();
    for (const { fields } of this.#form.steps) {
      for (const { name, value, items } of fields) this.#values.set(name, value ?? items?.[0]?.value ?? '');
    }
    return this.#form;
  }
}
