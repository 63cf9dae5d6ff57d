import { describe, expect, it } from 'vitest';
import { parseMgTime } from '../../../../src/brains/messagegateway/api/mg-time.ts';

describe('times of MessageGateway', () => {
  it.each([
    ['microseconds', '2019-06-11T12:49:26.938879Z', '2019-06-11T12:49:26.938Z'],
    ['five fraction digits', '2018-09-07T07:27:41.87424Z', '2018-09-07T07:27:41.874Z'],
    ['one fraction digit', '2018-09-07T07:27:41.8Z', '2018-09-07T07:27:41.800Z'],
    ['no fraction', '2018-09-06T13:40:02Z', '2018-09-06T13:40:02.000Z'],
    ['an offset', '2026-06-30T13:00:05+03:00', '2026-06-30T10:00:05.000Z'],
    ['an offset without a colon', '2026-06-30T13:00:05+0300', '2026-06-30T10:00:05.000Z'],
    ['a western offset', '2026-06-30T05:00:05-05:00', '2026-06-30T10:00:05.000Z'],
    ['nanoseconds', '2026-06-30T10:00:05.123456791Z', '2026-06-30T10:00:05.123Z'],
    ['Unix milliseconds', 1_782_813_605_000, '2026-06-30T10:00:05.000Z'],
    ['Unix seconds', 1_782_813_605, '2026-06-30T10:00:05.000Z'],
    ['the form of the CRM', '2026-06-30 10:00:05', '2026-06-30T10:00:05.000Z'],
    ['no zone', '2021-08-02T10:11:12', '2021-08-02T10:11:12.000Z'],
    ['lower-case letters', '2018-09-06t13:40:02z', '2018-09-06T13:40:02.000Z'],
  ])('reads %s', (_name, given, moment) => {
    expect(parseMgTime(given)?.toISOString() ?? null).toBe(moment);
  });

  it.each<{ readonly what: string; readonly given: unknown }>([
    { what: 'an empty text', given: '' },
    { what: 'null', given: null },
    { what: 'nothing', given: undefined },
    { what: 'a word', given: 'soon' },
    { what: 'a day that is none', given: '2026-13-40T99:00:00Z' },
    { what: 'zero', given: 0 },
    { what: 'no number', given: Number.NaN },
    { what: 'an object', given: {} },
  ])('takes $what for no time', ({ given }) => {
    expect(parseMgTime(given)).toBeNull();
  });
});
