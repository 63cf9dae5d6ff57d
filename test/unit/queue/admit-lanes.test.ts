import { expect, it } from 'vitest';
import { admitLanes } from '../../../src/queue/admit-lanes.ts';

const laneTo = (portal: string, key: string) => ({ portal, destination: 'portal', key });
const plan = { lanes: 3, unproven: 2, perDestination: 1, allowances: [] };
const keysOf = (lanes: readonly { readonly key: string }[]) => lanes.map(({ key }) => key);

it('a destination gets what a claim would give it, and no more', () => {
  const lanes = [laneTo('a', '1'), laneTo('a', '2'), laneTo('b', '3'), laneTo('c', '4')];
  // The second lane of a is one too many of it; c is the third that has not proven itself.
  expect(keysOf(admitLanes(plan, lanes))).toEqual(['1', '3']);
});

it('what is allowed to a destination by name goes first, and a proven one takes no place of others', () => {
  const allowances = [
    { portal: 'a', destination: 'portal', lanes: 2, isProven: true },
    { portal: 'b', destination: 'portal', lanes: 0, isProven: false },
  ];
  const lanes = [laneTo('a', '1'), laneTo('a', '2'), laneTo('a', '3'), laneTo('b', '4'), laneTo('c', '5')];
  expect(keysOf(admitLanes({ ...plan, unproven: 1, allowances }, lanes))).toEqual(['1', '2', '5']);
});

it('a worker without free places gets nothing', () => {
  expect(admitLanes({ ...plan, lanes: 0 }, [laneTo('a', '1')])).toEqual([]);
});
