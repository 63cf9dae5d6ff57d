/** Where requests for portals of other cells are sent, and how many at a time. */
import type { Context } from 'koa';
import { describe, expect, it } from 'vitest';
import { admitForwarded, createPassOn, isForwarded, type PassOnOptions } from '../../../src/http/cells/pass-on.ts';
import { passportHeader, sealPassport } from '../../../src/http/cells/passport.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { createSealer } from '../../../src/lib/encryption.ts';
import type { HttpRequest, OpenedResponse } from '../../../src/lib/http-client.ts';
import type { Cells } from '../../../src/portals/cells/cells.ts';

const sealer = createSealer({ current: Buffer.alloc(32, 1) });
const second = { name: 'second', url: 'https://second.example' };
const third = { name: 'third', url: 'https://third.example' };
const signal = new AbortController().signal;
const without = { proven: null, body: null, signal };

function setUp() {
  const opened: HttpRequest[] = [];
  const options: PassOnOptions = {
    publicUrl: 'https://first.example',
    // Only the name of this cell is asked for.
    cells: { own: 'first' } as Cells,
    sealer,
    clock: systemClock,
    http: {
      open(request) {
        opened.push(request);
        return Promise.resolve<OpenedResponse>({
          status: 200,
          headers: {},
          body: (async function* () {})(),
          cancel: () => undefined,
        });
      },
    },
  };
  return { options, opened, passOn: createPassOn(options) };
}

function contextOf(url: string, header = '') {
  const req = { url, socket: { remoteAddress: '192.0.2.1' } };
  const res = { closed: false, once: () => undefined };
  const get = (name: string): string => (name === passportHeader ? header : '');
  return { method: 'GET', headers: {}, req, res, get } as unknown as Context;
}

describe('a request that is sent on', () => {
  it.each([
    '/api/bots/..\\..\\..\\\\other.example\\x',
    '/api/bots/%2e%2e\\%2e%2e\\\\other.example\\x',
    'http://any//other.example/x',
    '//other.example/x',
  ])('goes to the other cell, whatever its path is: %s', async (url) => {
    const { opened, passOn } = setUp();
    await passOn(contextOf(url), { cell: second, ...without });
    expect(opened.map((request) => request.url.origin)).toEqual([second.url]);
  });

  it('keeps its path and its query', async () => {
    const { opened, passOn } = setUp();
    await passOn(contextOf('/api/bots/a%2Fb?x=1&y=%20'), { cell: second, ...without });
    expect(opened[0]?.url.href).toBe('https://second.example/api/bots/a%2Fb?x=1&y=%20');
  });

  it('is sent to a cell although another one answers nothing any more', async () => {
    const { passOn } = setUp();
    const toSecond = () => passOn(contextOf('/api/bots'), { cell: second, ...without });
    for (let count = 0; count < 300; count += 1) await toSecond();
    await expect(toSecond()).rejects.toMatchObject({ code: 'cells.busy' });
    await expect(passOn(contextOf('/api/bots'), { cell: third, ...without })).resolves.toMatchObject({ status: 200 });
  });
});

describe('a request that another cell has sent on', () => {
  it('is not sent on again, also when it was meant for a third cell or cannot be read', () => {
    const { options } = setUp();
    const passport = { from: 'second', to: 'third', sender: '192.0.2.1', proven: null };
    for (const header of [sealPassport(sealer, passport, Date.now()), 'made-up']) {
      const ctx = contextOf('/bitrix24/events', header);
      admitForwarded(options, ctx);
      expect(isForwarded(ctx)).toBe(true);
    }
    expect(isForwarded(contextOf('/bitrix24/events'))).toBe(false);
  });
});
