/** What one of the app's pages holds for its script, and the requests the script would make with it. */
export interface PageData {
  readonly session: string | null;
  readonly problem: string | null;
  readonly language: string;
}

const entities: Readonly<Record<string, string>> = { '&quot;': '"', '&lt;': '<', '&gt;': '>', '&amp;': '&' };

/** The data in the page's `page-data` element. */
export function readPageData(html: string): PageData {
  const content = /<meta name="page-data" content="([^"]*)"/.exec(html)?.[1];
  if (content === undefined) throw new Error('the page has no data');
  const json: unknown = JSON.parse(content.replaceAll(/&(?:quot|lt|gt|amp);/g, (entity) => entities[entity] ?? entity));
  if (!isPageData(json)) throw new Error('the data of the page has another form');
  return json;
}

function isPageData(value: unknown): value is PageData {
  return typeof value === 'object' && value !== null && 'session' in value && 'problem' in value && 'language' in value;
}

/** How a page's script shows the session it was given. */
export function sessionHeader(session: string | null): Record<string, string> {
  return { authorization: `Bearer ${session}` };
}

export interface InstallStatus {
  readonly state: string;
  readonly problem: string | null;
  readonly bots: readonly { readonly name: string; readonly state: string; readonly problem: string | null }[];
}

/** What the installer's page is told of its set-up. */
export async function installStatus(url: string, session: string | null): Promise<InstallStatus> {
  const answer = await fetch(`${url}/bitrix24/install/status`, { headers: sessionHeader(session) });
  if (!answer.ok) throw new Error(`the status was answered with ${answer.status}`);
  return (await answer.json()) as InstallStatus;
}
