/** What people and follow-ups may ask Metabot to run for a conversation: a script, a trigger or a broadcast. */
import { z } from 'zod';
import type { BrainAction } from '../../core/actions.ts';
import type { BrainCommand, BrainRequestForm } from '../../core/brain-parts.ts';
import { field } from '../../core/config-form.ts';
import { badInput } from '../../core/errors.ts';
import type { Texts } from '../../core/texts.ts';
import { jsonOrUndefined } from '../../lib/bounded-json.ts';
import { readCommand } from './command-line.ts';
import { conditionCode, jobCode, type MetabotConfig, tagList } from './config.ts';
import type { Job, JobKind } from './job.ts';
import type { Params } from './request-params.ts';
import { runAt } from './run-at.ts';

const id = z.int().min(1);

const params = z
  .string()
  .trim()
  .max(20_000)
  .refine((text) => text === '' || objectIn(text) !== null, 'this is a JSON object');

const time = z
  .string()
  .trim()
  .refine((text) => runAt(text, 'UTC') !== null, 'a time is written YYYY-MM-DD hh:mm:ss');

const fields = {
  code: field(jobCode, {
    title: { en: 'Code', ru: 'Код' },
    help: { en: 'Code of what is run; either the code or the id', ru: 'Код того, что запустить; либо код, либо ID' },
  }).optional(),
  id: field(id, {
    title: { en: 'Id', ru: 'Номер (ID)' },
    help: { en: 'Instead of the code', ru: 'Вместо кода' },
  }).optional(),
  params: field(params, {
    title: { en: 'Parameters', ru: 'Параметры' },
    help: {
      en: 'JSON object that the script reads, for example {"order": 17}',
      ru: 'JSON-объект, который прочитает скрипт, например {"order": 17}',
    },
  }).optional(),
  run_after_sec: field(z.int().min(0).max(31_536_000), {
    title: { en: 'Delay, seconds', ru: 'Отсрочка, секунд' },
    help: { en: 'Runs after so many seconds; either this or a time', ru: 'Через сколько секунд; либо это, либо время' },
  }).optional(),
  run_at: field(time, {
    title: { en: 'Time', ru: 'Время' },
    help: {
      en: 'On Metabot’s clock: 2026-11-22 09:00:00; or with a zone: 2026-11-22T09:00:00+03:00',
      ru: 'По часам Metabot: 2026-11-22 09:00:00; или с поясом: 2026-11-22T09:00:00+03:00',
    },
  }).optional(),
  is_periodic: field(z.boolean(), {
    title: { en: 'Repeat', ru: 'Повторять' },
    help: { en: 'Metabot repeats the job', ru: 'Metabot повторяет задание' },
    group: 'advanced',
  }).optional(),
  lead_id: field(id, {
    title: { en: 'Lead id', ru: 'ID лида' },
    help: { en: 'Empty: the lead of the conversation', ru: 'Пусто: лид этого диалога' },
    group: 'advanced',
  }).optional(),
  ticket_id: field(id, {
    title: { en: 'Ticket id', ru: 'ID тикета' },
    help: { en: 'Ticket or table row the job is for', ru: 'Тикет или строка таблицы, для которых задание' },
    group: 'advanced',
  }).optional(),
  condition: field(conditionCode, {
    title: { en: 'Condition', ru: 'Условие' },
    help: {
      en: 'JavaScript that Metabot runs: the job runs only if it returns true',
      ru: 'JavaScript, который выполнит Metabot: задание идёт, только если он вернул true',
    },
    group: 'advanced',
  }).optional(),
  add_tags: field(tagList, {
    title: { en: 'Tags to add', ru: 'Добавить теги' },
    help: { en: 'Set on the lead', ru: 'Ставятся лиду' },
    group: 'advanced',
  }).optional(),
  remove_tags: field(tagList, {
    title: { en: 'Tags to remove', ru: 'Убрать теги' },
    help: { en: 'Removed from the lead', ru: 'Снимаются с лида' },
    group: 'advanced',
  }).optional(),
};

const requestShape = z.strictObject(fields);

const requestSchema = requestShape.superRefine((asked, context) => {
  if ((asked.code === undefined) === (asked.id === undefined)) {
    context.addIssue({ code: 'custom', path: ['code'], message: 'give either the code or the id' });
  }
  if (asked.run_at !== undefined && asked.run_after_sec !== undefined) {
    context.addIssue({ code: 'custom', path: ['run_at'], message: 'give either a time or a delay' });
  }
});

const names: Readonly<Record<JobKind, { readonly title: Texts; readonly help: Texts; readonly command: string }>> = {
  script: {
    command: 'mbscript',
    title: { en: 'Run a Metabot script', ru: 'Запустить скрипт Metabot' },
    help: { en: 'The script of a dialog runs for this conversation', ru: 'Скрипт диалога запускается для этой беседы' },
  },
  trigger: {
    command: 'mbtrigger',
    title: { en: 'Run a Metabot trigger', ru: 'Запустить триггер Metabot' },
    help: { en: 'The trigger runs for this conversation', ru: 'Триггер запускается для этой беседы' },
  },
  broadcast: {
    command: 'mbbroadcast',
    title: { en: 'Start a Metabot broadcast', ru: 'Запустить рассылку Metabot' },
    help: {
      en: 'The broadcast goes to whom Metabot names for it; this conversation is told to its script',
      ru: 'Рассылка уходит тем, кого назначил Metabot; скрипт узнаёт, из какой беседы она запущена',
    },
  },
};

const kinds = ['script', 'trigger', 'broadcast'] as const satisfies readonly JobKind[];

export const requests: readonly BrainRequestForm[] = kinds.map((kind) => {
  const { title, help } = names[kind];
  return { name: kind, title, help, schema: requestSchema };
});

export const commands: readonly BrainCommand[] = kinds.map((kind) => ({
  name: names[kind].command,
  title: names[kind].title,
  params: { en: 'code or id [in seconds] [name=value …]', ru: 'код или ID [in секунд] [имя=значение …]' },
  request: kind,
  read: readCommand,
}));

/**
 * The job a request stands for. Throws BadInput `metabot.bad_request`.
 *
 * @param own the parameters every script gets; the request cannot replace them
 */
export function jobOfRequest(
  { name, params: given, by, author }: BrainAction & { readonly type: 'request' },
  own: Params,
  lead: number | null,
): Job {
  const kind = kinds.find((one) => one === name);
  const asked = requestShape.safeParse(given);
  if (kind === undefined || !asked.success) throw badInput('metabot.bad_request', 'this request is not known');
  const { data } = asked;
  // The condition is code that Metabot runs, so only administrators may give it. On the page and the command line a request has no author.
  if (data.condition !== undefined && (by !== 'person' || author !== undefined)) {
    throw badInput('metabot.bad_request', 'only an administrator gives a job a condition');
  }
  return {
    kind,
    id: data.id,
    code: data.code,
    leadId: data.lead_id ?? lead,
    ticketId: data.ticket_id,
    runAt: data.run_at,
    runAfterSec: data.run_after_sec,
    isPeriodic: data.is_periodic,
    condition: data.condition,
    params: { ...objectIn(data.params ?? ''), ...own },
    addTags: data.add_tags,
    removeTags: data.remove_tags,
  };
}

/** Whether the author may make this request in a chat. Elsewhere only administrators, and the script itself, can ask. */
export function mayAsk(
  { name, author }: BrainAction & { readonly type: 'request' },
  { commandUsers }: Pick<MetabotConfig, 'commandUsers'>,
): boolean {
  if (author === undefined) return true;
  if (author.kind !== 'employee' || author.isExtranet === true) return false;
  // A broadcast goes to many people, so being an employee is not enough.
  return commandUsers.length === 0 ? name !== 'broadcast' : commandUsers.includes(author.id);
}

const objectShape = z.record(z.string(), z.unknown());

function objectIn(text: string): Params | null {
  return objectShape.safeParse(text === '' ? {} : jsonOrUndefined(text)).data ?? null;
}
