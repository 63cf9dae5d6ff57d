/** The data that one of the app's pages contains for its script, and the requests that the script would make with it. */
import type { SetUp } from '../../src/api/schemas/setup.ts';

export interface PageData {
  readonly session: string | null;
  readonly problem: string | null;
  readonly language: string;
}

const entities: Readonly<Record<string, string>> = { '&quot;': '"', '&lt;': '<', '&gt;': '>', '&amp;': '&' };

/** The content of a page's `page-data` element. */
export function dataOf(html: string): unknown {
  const content = /<meta name="page-data" content="([^"]*)"/.exec(html)?.[1];
  if (content === undefined) throw new Error('the page has no data');
  return JSON.parse(content.replaceAll(/&(?:quot|lt|gt|amp);/g, (entity) => entities[entity] ?? entity));
}

/** The data of the app's page. */
export function readPageData(html: string): PageData {
  const json = dataOf(html);
  if (!isPageData(json)) throw new Error('the data of the page has another form');
  return json;
}

function isPageData(value: unknown): value is PageData {
  return typeof value === 'object' && value !== null && 'session' in value && 'problem' in value && 'language' in value;
}

/** The headers with which a page's script sends its session. */
export function sessionHeader(session: string | null): Record<string, string> {
  return { authorization: `Bearer ${session}` };
}

/** The state of the set-up as the installer's page gets it. */
export async function readSetUp(url: string, session: string | null): Promise<SetUp> {
  const answer = await fetch(`${url}/api/setup`, { headers: sessionHeader(session) });
  if (!answer.ok) throw new Error(`the state of the set-up was answered with ${answer.status}`);
  return (await answer.json()) as SetUp;
}
