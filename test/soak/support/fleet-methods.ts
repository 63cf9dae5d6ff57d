/** The REST methods of a fleet portal: a send is executed once for each key, everything else is answered with success. */
import { parseForm } from '../../../sandbox/bitrix24/wire-format.ts';
import type { FleetPortal } from './fleet-portal.ts';

export interface FleetCall {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

type Hear = (dialogId: string, text: string) => void;

let lastId = 1_000_000;

/** The `result` of a call. */
export function answerMethod(portal: FleetPortal, { method, params }: FleetCall, hear: Hear): unknown {
  switch (method.toLowerCase()) {
    case 'imbot.v2.chat.message.send':
      return { id: send(portal, params, hear), uuidMap: [] };
    case 'profile':
      return { ID: '1', ADMIN: true, NAME: 'Анна', LAST_NAME: 'Администраторова', PERSONAL_GENDER: '' };
    case 'app.info':
      return { ID: 1, CODE: portal.domain, VERSION: 1, STATUS: 'F', INSTALLED: true, LICENSE: 'ru_demo' };
    case 'batch':
      return answerBatch(portal, params, hear);
    default:
      return true;
  }
}

function send(portal: FleetPortal, params: Readonly<Record<string, unknown>>, hear: Hear): number {
  const fields = recordOf(params['fields']);
  const key = textOf(fields['templateId']);
  const known = portal.sent.get(key);
  if (known !== undefined) return known;
  lastId += 1;
  portal.sent.set(key, lastId);
  hear(textOf(params['dialogId']), textOf(fields['message']));
  return lastId;
}

function answerBatch(portal: FleetPortal, params: Readonly<Record<string, unknown>>, hear: Hear): unknown {
  const result: Record<string, unknown> = {};
  for (const [name, line] of Object.entries(recordOf(params['cmd']))) {
    const [method = '', query = ''] = String(line).split(/\?(.*)/s);
    result[name] = answerMethod(portal, { method, params: parseForm(query) }, hear);
  }
  return { result, result_error: [], result_total: [], result_next: [], result_time: [] };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
