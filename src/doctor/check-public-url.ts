/** Checks whether the app answers at its public address, as Bitrix24 calls it: over the network. */
import { type Check, ok, told, unknown, wrong } from './check.ts';

/** Bitrix24 waits some seconds for an event handler; a slower address is of no use to it. */
const timeoutMs = 8_000;

const mend =
  'start the app; then check DNS, certificate and proxy of this address (if only this machine cannot reach it, nothing is wrong)';

/** @param publicUrl null: PUBLIC_URL is not set or not an address */
export async function checkPublicUrl(publicUrl: string | null): Promise<readonly Check[]> {
  const subject = 'public address';
  if (publicUrl === null) return [unknown(null, subject, 'PUBLIC_URL is not usable', 'set PUBLIC_URL')];
  const alive = await probe('GET', `${publicUrl}/healthz`);
  if (alive.status !== 200 || !alive.body.includes('"alive"')) {
    return [
      told(wrong(null, subject, `${publicUrl}/healthz ${alive.words}`, mend), 'address.unreachable', {
        url: publicUrl,
      }),
    ];
  }
  const events = await probe('HEAD', `${publicUrl}/bitrix24/events`);
  if (events.status !== 200) {
    const rule = 'let the proxy pass HEAD and POST for every path, and give the role web to a process';
    return [
      ok(null, subject, `the app answers at ${publicUrl}`),
      told(
        wrong(null, 'event address', `HEAD ${publicUrl}/bitrix24/events ${events.words}`, rule),
        'address.unreachable',
        { url: publicUrl },
      ),
    ];
  }
  return [
    told(ok(null, subject, `the app answers at ${publicUrl}`), 'address.ok', { url: publicUrl }),
    ok(null, 'event address', 'HEAD answers 200'),
  ];
}

interface Probed {
  /** Null: no answer. */
  readonly status: number | null;
  readonly body: string;
  /** What happened, to follow the address in a sentence. */
  readonly words: string;
}

async function probe(method: 'GET' | 'HEAD', url: string): Promise<Probed> {
  try {
    const response = await fetch(url, { method, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
    const body = await response.text();
    const { status } = response;
    return { status, body, words: status === 200 ? 'answers, but is not this app' : `answers with status ${status}` };
  } catch (error) {
    return { status: null, body: '', words: `cannot be reached (${reason(error)})` };
  }
}

/** fetch hides the system's code in the cause. */
function reason(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${timeoutMs / 1_000} s`;
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'no connection';
}
