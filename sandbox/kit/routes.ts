/** Finds the route of a request among patterns such as `/dialogs/:dialog_id/assign`. */

export interface RoutePattern {
  readonly method: string;
  readonly path: string;
}

function variablesOf(pattern: string, parts: readonly string[]): Readonly<Record<string, string>> | null {
  const wanted = pattern.split('/');
  if (wanted.length !== parts.length) return null;
  const params: Record<string, string> = {};
  for (const [at, name] of wanted.entries()) {
    const part = parts[at] ?? '';
    if (name.startsWith(':')) params[name.slice(1)] = decodeURIComponent(part);
    else if (name !== part) return null;
  }
  return params;
}

/** The route with the decoded variables of its path; otherwise what does not match: the path, or only the method. */
export function findRoute<Route extends RoutePattern>(
  routes: readonly Route[],
  method: string,
  path: string,
): { readonly route: Route; readonly params: Readonly<Record<string, string>> } | 'unknown path' | 'unknown method' {
  const parts = path.split('/');
  let isKnownPath = false;
  for (const route of routes) {
    const params = variablesOf(route.path, parts);
    if (params === null) continue;
    isKnownPath = true;
    if (route.method === method) return { route, params };
  }
  return isKnownPath ? 'unknown method' : 'unknown path';
}
