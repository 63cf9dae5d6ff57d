/** `connections fields` and `connections show`: which settings a brain takes, and which ones a connection has. */
import { connectionFacts, connectionFigures } from '../../connections/connection-facts.ts';
import { type FormField, formOf } from '../../core/config-form.ts';
import { AppError } from '../../core/errors.ts';
import { needBrain } from '../../portals/bot-service.ts';
import type { ConnectionRow } from '../../store/tenants/connections.ts';
import type { Answer, CommandContext } from '../framework/command.ts';
import { facts, table } from '../framework/layout.ts';
import { openAccountWork } from '../services.ts';

/** The fields of a brain's form, the required ones marked. */
export function describeFields(context: CommandContext, name: string): Promise<Answer> {
  const { title, configSchema } = needBrain(context.brains, name);
  const form = configSchema === null ? [] : formOf(configSchema);
  const rows = form.map((field) => [
    field.key,
    field.required ? 'required' : field.group === 'advanced' ? 'advanced' : '',
    field.choices.length === 0 ? field.kind : field.choices.map(({ value }) => value).join(' | '),
    defaultText(field),
    `${field.title.en}. ${field.help.en}`,
  ]);
  const none =
    configSchema === null
      ? `${title} needs no connection.`
      : `${title} does not describe its settings; see its document.`;
  const text = rows.length === 0 ? none : table(['key', '', 'value', 'default', 'meaning'], rows);
  return Promise.resolve({ data: { brain: name, fields: form }, text });
}

function defaultText({ default: usual }: FormField): string {
  if (usual === null) return '-';
  return Array.isArray(usual) ? usual.join(', ') : String(usual);
}

export interface Shown {
  readonly row: ConnectionRow;
  readonly domain: string;
  /** The connection as the other verbs print it. */
  readonly described: { readonly bots: readonly string[] };
}

/** The settings of a connection without its secrets, and its figures. */
export async function showConnection(context: CommandContext, { row, domain, described }: Shown): Promise<Answer> {
  const brain = needBrain(context.brains, row.brain);
  const work = await openAccountWork(context);
  const settings = connectionFacts(work, brain, row)?.fields ?? [];
  const figures = await connectionFigures(work, brain, row);
  const problem = figures instanceof AppError ? figures.message : null;
  const known = figures instanceof AppError ? [] : figures;
  const text = facts([
    ['portal', domain],
    ['id', row.id],
    ['brain', brain.title],
    ['title', row.title],
    ['state', row.disabled_reason === null ? 'works' : `disabled: ${row.disabled_reason}`],
    ['bots', described.bots.join(', ') || '-'],
    ...settings.map((field): [string, string] => [
      field.key,
      'value' in field ? field.value : field.isSet ? '(stored, not shown)' : '-',
    ]),
    ...known.map(({ title, value }): [string, string] => [title.en, value]),
    ...(problem === null ? [] : [['figures', problem] as const]),
  ]);
  return { data: { connection: described, settings, figures: known, problem }, text };
}
