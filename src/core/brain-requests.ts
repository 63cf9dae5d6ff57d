/** Checks a request against what the brain declares. */
import type { BrainAction } from './actions.ts';
import type { Brain } from './brain.ts';
import type { BrainRequestForm } from './brain-parts.ts';
import { badInput } from './errors.ts';

type RequestAction = BrainAction & { readonly type: 'request' };

/** The brain's request of that name. Throws BadInput `brain.unknown_request`. */
export function needRequest(
  { name: brain, requests = [] }: Pick<Brain, 'name' | 'requests'>,
  name: string,
): BrainRequestForm {
  const found = requests.find((one) => one.name === name);
  if (found !== undefined) return found;
  const names = requests.map((one) => one.name).join(', ') || 'none';
  throw badInput('brain.unknown_request', `${brain} has no request "${name}"; it has: ${names}`);
}

/** The parameters as the request's schema gives them. Throws BadInput `brain.bad_params`, which names the keys. */
export function readParams({ name, schema }: BrainRequestForm, params: unknown): Readonly<Record<string, unknown>> {
  const parsed = schema.safeParse(params);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '));
  throw badInput('brain.bad_params', `the request ${name} cannot be sent: ${problems.join('; ')}`);
}

/** The action with its parameters read; the brain may have changed since the request was stored. Throws BadInput `brain.*`. */
export function readRequest(brain: Pick<Brain, 'name' | 'requests'>, action: RequestAction): RequestAction {
  return { ...action, params: readParams(needRequest(brain, action.name), action.params) };
}
