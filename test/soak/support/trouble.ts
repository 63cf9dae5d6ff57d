/** Kills, restarts and freezes processes of the app and its database, all at the same time, each so many times. */
import { randomInt } from 'node:crypto';
import type { SoakApp } from './app.ts';
import type { DyingDatabase } from './database-that-dies.ts';
import { pause } from './soak.ts';

export interface Trouble {
  /** SIGKILL of processes of the app, in turn over its roles. */
  readonly kills: number;
  /** SIGKILL of the database server. */
  readonly databaseKills: number;
  readonly databaseRestarts: number;
  /** SIGSTOP and, a while later, SIGCONT of workers. */
  readonly freezes: number;
  /** Longest freeze but those below. */
  readonly freezeMs: number;
  /** The first so many freezes outlast every lease. */
  readonly longFreezes: number;
  /** Pause after each trouble of a kind. */
  readonly betweenMs: readonly [from: number, to: number];
}

/** One process of each role; the workers twice, so that one takes over from the other. */
export const fleet = ['web', 'web', 'worker', 'worker', 'sockets'] as const;
type Role = (typeof fleet)[number];

export interface Member {
  readonly role: Role;
  readonly port: number;
  app: SoakApp | null;
  /** Being killed, started or frozen by one of the troublemakers. */
  isBusy: boolean;
}

/** Longer than any lease of the app. */
const longFreezeMs = 70_000;
/** While the database is away a process cannot start: it is started again, as a supervisor would. */
const startAttempts = 20;

export interface Targets {
  readonly members: readonly Member[];
  readonly begin: (member: Member) => Promise<SoakApp>;
  readonly database: DyingDatabase;
}

/** What was really done, by its name. */
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
  return pause(randomInt(from, to));
}

/** A process nobody else is busy with. */
async function take(members: readonly Member[], wanted: (member: Member) => boolean): Promise<Member> {
  for (;;) {
    const member = members.find((one) => !one.isBusy && wanted(one));
    if (member !== undefined) {
      member.isBusy = true;
      return member;
    }
    await pause(20);
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

/** Kills and restarts in turn, as long as there are both. */
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
    await pause(round < trouble.longFreezes ? longFreezeMs : randomInt(50, trouble.freezeMs));
    member.app?.signal('SIGCONT');
    note('freeze of a worker');
    member.isBusy = false;
    await between(trouble);
  }
}
