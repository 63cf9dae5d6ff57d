/** The options of `movePortal` between the cells of a test, for moves that are broken off. */
import type { MoveOptions } from '../../../src/connections/move-portal.ts';
import { openDatabase, type Pool } from '../../../src/store/database.ts';
import type { TestCell, TwoCells } from './two-cells.ts';

export interface Moves {
  between(from: TestCell, to: TestCell): Omit<MoveOptions, 'onStep'>;
  close(): Promise<void>;
}

export function openMoves(two: TwoCells): Moves {
  const pools: Pool[] = [];
  function pool(url: string): Pool {
    const opened = openDatabase({ url, poolSize: 3, applicationName: 'bot-bridge cli' });
    pools.push(opened);
    return opened;
  }
  const cellOf = ({ name, url, databaseUrl }: TestCell) => ({ name, url, db: pool(databaseUrl) });
  return {
    between: (from, to) => ({
      portal: two.own.bridge.portal.memberId,
      from: cellOf(from),
      to: cellOf(to),
      directory: pool(two.directoryUrl),
      settleMs: 50,
    }),
    async close() {
      await Promise.all(pools.map((one) => one.destroy()));
    },
  };
}

/** Thrown where a test breaks a move off. */
export class Interrupted extends Error {}
