/** The tools of a connector for work that has to end: when the signal fires, its calls break off. */
import type { ConnectorTools } from '../core/connector-tools.ts';

export function toolsUntil(tools: ConnectorTools, until: AbortSignal): ConnectorTools {
  const both = (signal: AbortSignal | undefined): AbortSignal =>
    signal === undefined ? until : AbortSignal.any([signal, until]);
  return {
    ...tools,
    http: { send: (request) => tools.http.send({ ...request, signal: both(request.signal) }) },
    rateLimiter(bucket, rate) {
      const rateLimiter = tools.rateLimiter(bucket, rate);
      return { acquire: (signal) => rateLimiter.acquire(both(signal)), throttle: (ms) => rateLimiter.throttle(ms) };
    },
  };
}
