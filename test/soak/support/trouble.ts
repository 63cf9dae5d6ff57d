/** Kills, restarts and freezes processes of the app and its database at the same time, each as often as ordered. */

import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { SoakApp } from './app.ts';
import type { DyingDatabase } from './database-that-dies.ts';

export interface Trouble {
  /** Number of SIGKILLs of app processes, in turn over the roles. */
  readonly kills: number;
  /** Number of SIGKILLs of the database server. */
  readonly databaseKills: number;
  readonly databaseRestarts: number;
  /** Number of times a worker gets SIGSTOP and, a while later, SIGCONT. */
  readonly freezes: number;
  /** The longest freeze, except for the long ones below. */
  readonly freezeMs: number;
  /** How many freezes, the first ones, last longer than every lease. */
  readonly longFreezes: number;
  /** Time between two faults of the same kind. */
  readonly betweenMs: readonly [from: number, to: number];
}

/** The roles of the processes; web and worker twice, so that one takes over from the other. */
export const fleet = ['web', 'web', 'worker', 'worker', 'sockets'] as const;
type Role = (typeof fleet)[number];

export interface Member {
  readonly role: Role;
  readonly port: number;
  app: SoakApp | null;
  /** Whether the process is being killed, started or frozen at the moment. */
  isBusy: boolean;
}

/** Longer than any lease of the app. */
const longFreezeMs = 70_000;
/** A process cannot start while the database is away, so it is started again, as a supervisor would do. */
const startAttempts = 20;

export interface Targets {
  readonly members: readonly Member[];
  readonly begin: (member: Member) => Promise<SoakApp>;
  readonly database: DyingDatabase;
}

/** How often each fault really happened, by name. */
export type Done = Map<string, number>;

interface Work {
  readonly trouble: Trouble;
  readonly targets: Targets;
  readonly note: (what: string) => void;
}

export async function makeTrouble(trouble: Trouble, targets: Targets): Promise<Done> {
  const done: Done = new Map();
  const note = (what: string): void => void done.set(what, (done.get(what) ?? 0) + 1);
  const work = { trouble, targets, note };
  await Promise.all([killApps(work), killDatabase(work), freezeWorkers(work)]);
  return done;
}

function between({ betweenMs: [from, to] }: Trouble): Promise<void> {
  return delay(randomInt(from, to));
}

/** Waits for a process that is not busy and marks it as busy. */
async function take(members: readonly Member[], wanted: (member: Member) => boolean): Promise<Member> {
  for (;;) {
    const member = members.find((one) => !one.isBusy && wanted(one));
    if (member !== undefined) {
      member.isBusy = true;
      return member;
    }
    await delay(20);
  }
}

async function killApps({ trouble, targets, note }: Work): Promise<void> {
  for (let round = 0; round < trouble.kills; round += 1) {
    const role = fleet[round % fleet.length];
    const member = await take(targets.members, (one) => one.role === role);
    await member.app?.stop('SIGKILL');
    member.app = null;
    note(`kill -9 of ${member.role}`);
    for (let attempt = 0; member.app === null && attempt < startAttempts; attempt += 1) {
      member.app = await targets.begin(member).catch(() => null);
    }
    member.isBusy = false;
    await between(trouble);
  }
}

/** Kills and restarts the database in turn, as long as some of both are left. */
async function killDatabase({ trouble, targets, note }: Work): Promise<void> {
  let kills = trouble.databaseKills;
  let restarts = trouble.databaseRestarts;
  while (kills + restarts > 0) {
    await between(trouble);
    await between(trouble);
    if (kills > 0 && kills >= restarts) {
      kills -= 1;
      await targets.database.kill();
      note('kill -9 of the database');
    } else {
      restarts -= 1;
      await targets.database.restart(randomInt(50, 1_500));
      note('restart of the database');
    }
  }
}

async function freezeWorkers({ trouble, targets, note }: Work): Promise<void> {
  for (let round = 0; round < trouble.freezes; round += 1) {
    const member = await take(targets.members, (one) => one.role === 'worker' && one.app !== null);
    member.app?.signal('SIGSTOP');
    await delay(round < trouble.longFreezes ? longFreezeMs : randomInt(50, trouble.freezeMs));
    member.app?.signal('SIGCONT');
    note('freeze of a worker');
    member.isBusy = false;
    await between(trouble);
  }
}
