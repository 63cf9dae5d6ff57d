/** Every way in which a batch can be cut or refused: each answer is shown once all the same. */
import { describe, expect, it } from 'vitest';
import { expectAnsweredOnce, givenUp, sayAll, send, small, useUp } from '../support/busy-portal.ts';
import { withInstalled } from '../support/installed-bridge.ts';
import { answersIn, everythingDone } from '../support/talk.ts';

describe('a batch', () => {
  it.concurrent.each(['reset-before', 'reset-after', 'html502', 'slow', '500', 'html503', 'query-limit'] as const)(
    'that is cut or refused (%s) doubles and loses nothing',
    (kind) =>
      withInstalled({ ...small, timings: { restTimeoutMs: 400 } }, async (own) => {
        await useUp(own);
        own.bridge.portal.fault.rest({ method: 'batch', kind, times: 2, ms: 1_500 });
        await expectAnsweredOnce(own, sayAll(own, 12));
        expect(await givenUp(own)).toEqual([]);
      }),
  );

  it.concurrent.each(['expired-token', 'no-auth'] as const)('may meet a refused token inside or outside (%s)', (kind) =>
    withInstalled(small, async (own) => {
      await useUp(own);
      own.bridge.portal.fault.rest({ method: send, inBatch: true, kind, times: 3 });
      own.bridge.portal.expireTokens();
      await expectAnsweredOnce(own, sayAll(own, 8));
      expect(await givenUp(own)).toEqual([]);
    }),
  );

  it.concurrent('of a portal without v2 that is cut is listed call by call, and never repeated', () =>
    withInstalled({ ...small, portal: { ...small.portal, v2: false } }, async (own) => {
      await useUp(own);
      own.bridge.portal.fault.rest({ method: 'batch', kind: 'reset-after', times: 1 });
      const said = sayAll(own, 6);
      await everythingDone(own.bridge.portal, own.probe);
      const unknown = await own.probe.count(`select count(*) from outbox where state = 'unknown'`);
      expect(unknown).toBeGreaterThan(1);
      for (const { chatId, text } of said) expect(answersIn(own.bridge.portal, chatId)).toEqual([text]);
    }));

  it.concurrent('that the portal does not take as such is made call by call', () =>
    withInstalled(small, async (own) => {
      await useUp(own);
      own.bridge.portal.fault.rest({
        method: 'batch',
        kind: 'error',
        error: 'ERROR_BATCH_METHOD_NOT_ALLOWED',
        status: 405,
        times: 1,
      });
      const batches = (): number =>
        own.bridge.portal.calls().filter(({ method, executed }) => method === 'batch' && executed).length;
      const before = batches();
      await expectAnsweredOnce(own, sayAll(own, 6));
      expect(batches()).toBe(before);
    }));
});
