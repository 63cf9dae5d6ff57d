/** The body of `jobs/schedule` with the documented fields and types. Undocumented fields are allowed, because clients send some. */
import { z } from 'zod';

const id = z.int();
const schema = z.looseObject({
  script_id: id.optional(),
  trigger_id: id.optional(),
  broadcast_id: id.optional(),
  script_code: z.string().min(1).optional(),
  trigger_code: z.string().min(1).optional(),
  broadcast_code: z.string().min(1).optional(),
  lead_id: id.nullish(),
  ticket_id: id.optional(),
  run_at: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/)
    .optional(),
  run_after_sec: z.int().min(0).optional(),
  is_periodic: z.boolean().optional(),
  condition_script_code: z.string().optional(),
  script_request_params: z.record(z.string(), z.unknown()).optional(),
  add_tags: z.string().optional(),
  remove_tags: z.string().optional(),
});

export type JobBody = z.output<typeof schema>;

const kinds = ['script', 'trigger', 'broadcast'] as const;

/** The job in the body, or a sentence that says what is wrong with it. */
export function readJob(
  given: unknown,
): { readonly body: JobBody; readonly kind: string; readonly target: string } | string {
  const parsed = schema.safeParse(given);
  if (!parsed.success)
    return `The given data was invalid: ${parsed.error.issues.map(({ path }) => path.join('.')).join(', ')}`;
  const targets = kinds.flatMap((kind) =>
    [parsed.data[`${kind}_id`], parsed.data[`${kind}_code`]].flatMap((target) =>
      target === undefined ? [] : [{ kind, target: String(target) }],
    ),
  );
  const [only, another] = targets;
  // A job with several targets is not documented, so it is refused.
  if (only === undefined || another !== undefined) return 'Exactly one script, trigger or broadcast is needed';
  return { body: parsed.data, ...only };
}

export function tagsIn(list: string | undefined): readonly string[] {
  return (list ?? '')
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
}
