/** Writes `docs/who-leads.md` from the table of `src/core/who-leads.ts`: a drawing and a table in words. */
import { type Lead, type LeadRow, type LeadStep, leads, leadTable, type Told } from '../src/core/who-leads.ts';

const names: Readonly<Record<Lead, string>> = {
  brain: 'the brain leads',
  handed_over: 'handed over',
  taken: 'taken',
};

const toldNames: Readonly<Record<Told, string>> = {
  customer: 'the customer is told',
  staff: 'the staff are told',
  portal: 'Bitrix24 calls people',
};

const rows = Object.entries(leadTable);

function drawing(): string[] {
  const arrows = new Map<string, string[]>();
  for (const [cause, { from }] of rows) {
    for (const lead of leads) {
      const { to } = from[lead];
      if (to !== lead) arrows.set(`${lead} --> ${to}`, [...(arrows.get(`${lead} --> ${to}`) ?? []), cause]);
    }
  }
  const drawn = [...arrows].map(([arrow, causes]) => `  ${arrow}: ${causes.join(', ')}`);
  const states = leads.map((lead) => `  state "${names[lead]}" as ${lead}`);
  return ['```mermaid', 'stateDiagram-v2', ...states, '  [*] --> brain', ...drawn, '```'];
}

function cell(lead: Lead, row: LeadRow): string {
  const step = row.from[lead];
  return [step.to === lead ? '–' : `**${names[step.to]}**`, ...saidIn(step, row)].join('; ');
}

function saidIn({ inLine, inside }: LeadStep, { isLineOnly }: LeadRow): string[] {
  const said = (told: readonly Told[]): string => told.map((one) => toldNames[one]).join(', ');
  if (isLineOnly || said(inLine) === said(inside)) return inLine.length === 0 ? [] : [said(inLine)];
  const elsewhere = inside.length === 0 ? '' : `; elsewhere ${said(inside)}`;
  return [`in Open Channels ${said(inLine)}${elsewhere}`];
}

function table(): string[] {
  const lines = rows.map(([cause, row]) => {
    const where = row.isLineOnly ? ' (Open Channels only)' : '';
    return `| ${row.title}${where} | \`${cause}\` | ${leads.map((lead) => cell(lead, row)).join(' | ')} |`;
  });
  const heads = leads.map((lead) => `while ${lead === 'brain' ? names[lead] : `it is ${names[lead]}`}`);
  return [`| what happens | in the drawing | ${heads.join(' | ')} |`, '| --- | --- | --- | --- | --- |', ...lines];
}

/** The document with the drawing and the table put between its marks; null if the marks are missing. */
export function leadDocumentWith(document: string): string | null {
  const found = /(<!-- leads:begin -->\n)[\s\S]*?(<!-- leads:end -->)/;
  if (!found.test(document)) return null;
  const words = [...drawing(), '', 'A dash: nothing changes.', '', ...table()].join('\n');
  return document.replace(found, (_, begin: string, end: string) => `${begin}${words}\n${end}`);
}
