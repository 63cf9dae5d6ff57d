/** Who looks at the pages, in which portal, and which brains there are. */
import type { AppFacts } from '../../../src/api/schemas/app.ts';
import { api } from '../api/client.ts';
import { type Load, useLoad } from './use-load.ts';

export function useAppFacts(): Load<AppFacts> {
  return useLoad((signal) => api.get<AppFacts>('/api/app', {}, signal));
}
