/** The tools of a probe: they make the one call that was announced and no other, and remember its answer. */
import type { ConnectorTools } from '../../core/connector-tools.ts';
import type { HttpResponse } from '../../lib/http-client.ts';

export interface WatchedCalls {
  readonly tools: ConnectorTools;
  /** From now on only this call may be made; the last answer is forgotten. @param call method and path, as `POST /api/auth` */
  expect(call: string): void;
  /** The last answer to the expected call; null: there was none. */
  heard(): HttpResponse | null;
}

/** A call that was not announced is a mistake of the brain: the call throws and is not made. */
export function watchCalls(tools: ConnectorTools): WatchedCalls {
  let expected = '';
  let heard: HttpResponse | null = null;
  return {
    tools: {
      ...tools,
      http: {
        async send(request) {
          const call = `${request.method} ${request.url.pathname}`;
          if (call !== expected) throw new Error('the probe would have made a call that it had not announced');
          heard = await tools.http.send(request);
          return heard;
        },
      },
    },
    expect(call) {
      expected = call;
      heard = null;
    },
    heard: () => heard,
  };
}
