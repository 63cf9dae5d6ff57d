/** What the portal's stored events tell about questions that nobody can ask it: which fields they carry, never what stands in them. */
import { branch, type FormTree, parseForm, text } from '../../lib/form-body.ts';
import type { Probed } from './ask-portal.ts';

/** Fields whose value is a mark, not text of a message. */
const marks = ['SILENT_CONNECTOR', 'CHAT_ENTITY_DATA_3', 'SYSTEM', 'MESSAGE_TYPE', 'CHAT_ENTITY_TYPE'];

/** For each kind of event, how often each field of `data[PARAMS]` was there, and which values the marks had. */
export function probeEvents(bodies: readonly Buffer[]): Probed[] {
  const kinds = new Map<string, { count: number; fields: Map<string, number>; marks: Map<string, Set<string>> }>();
  for (const body of bodies) {
    const tree = parseForm(body);
    const name = (text(tree, 'event') ?? '').toUpperCase().slice(0, 60);
    if (!/^[A-Z0-9]+$/.test(name)) continue;
    const kind = kinds.get(name) ?? { count: 0, fields: new Map(), marks: new Map() };
    kinds.set(name, kind);
    kind.count += 1;
    count(branch(tree, 'data', 'PARAMS') ?? {}, kind);
  }
  return [...kinds].map(([name, { count: total, fields, marks: found }]) => ({
    question: `Which fields do the last ${total} events ${name} carry?`,
    method: name,
    outcome: 'ok',
    answer: {
      fields: Object.fromEntries([...fields].toSorted(([a], [b]) => (a < b ? -1 : 1))),
      values: Object.fromEntries([...found].map(([field, values]) => [field, [...values]])),
    },
  }));
}

function count(params: FormTree, kind: { fields: Map<string, number>; marks: Map<string, Set<string>> }): void {
  for (const field of Object.keys(params).slice(0, 200)) {
    if (!/^[A-Z0-9_]{1,40}$/.test(field)) continue;
    kind.fields.set(field, (kind.fields.get(field) ?? 0) + 1);
    if (!marks.includes(field)) continue;
    const values = kind.marks.get(field) ?? new Set<string>();
    if (values.size < 10) values.add((text(params, field) ?? '').slice(0, 20));
    kind.marks.set(field, values);
  }
  countComponent(text(params, 'PARAMS', 'COMPONENT_ID') ?? '', kind.marks);
}

/** Counts the component with which the portal shows the message; hidden notes have one of their own. */
function countComponent(component: string, found: Map<string, Set<string>>): void {
  if (!/^[\w-]{1,60}$/.test(component)) return;
  const values = found.get('PARAMS.COMPONENT_ID') ?? new Set<string>();
  if (values.size < 10) values.add(component);
  found.set('PARAMS.COMPONENT_ID', values);
}
