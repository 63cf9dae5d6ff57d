import { expect, it } from 'vitest';
import { isDatabaseAway } from '../../../src/store/database.ts';

const coded = (code: string, message = 'x') => Object.assign(new Error(message), { code });

it.each<readonly [unknown, boolean]>([
  [coded('ECONNREFUSED'), true],
  [coded('57P01'), true],
  [new Error('Connection terminated unexpectedly'), true],
  [new AggregateError([coded('ECONNREFUSED')], 'all attempts failed'), true],
  [new AggregateError([coded('23505')], 'all attempts failed'), false],
  [coded('23505'), false],
  // What is thrown need not be an error.
  ['ECONNREFUSED', false],
  [null, false],
  [undefined, false],
])('whether the database is away is told from the error: %s %s', (error, isAway) => {
  expect(isDatabaseAway(error)).toBe(isAway);
});
