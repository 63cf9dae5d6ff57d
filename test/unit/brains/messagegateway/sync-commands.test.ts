/** A health check that synchronizes commands while an employee makes or deletes one in the console. */
import { expect, it } from 'vitest';
import { consoleCommands } from '../../../../src/brains/messagegateway/account/bot-overrides.ts';
import { ourCommands, syncCommands } from '../../../../src/brains/messagegateway/account/sync-commands.ts';
import type { CommandRequest } from '../../../../src/brains/messagegateway/console/command-request.ts';
import { runCommand } from '../../../../src/brains/messagegateway/console/run-command.ts';
import { consoleTexts } from '../../../../src/brains/messagegateway/console/texts/console-texts.ts';
import { consoleContext, mgConfig, unitTools } from '../../../support/messagegateway-unit.ts';

/** An account with our commands, and a console in which an employee types. Calls `onStep` before each read and write of either side. */
function openAccount() {
  const steps: { on: () => Promise<void> } = { on: () => Promise.resolve() };
  const declared = new Map<string, string>(ourCommands(mgConfig()));
  const refused = new Set<string>();
  const tools = unitTools({ send: () => Promise.reject(new Error('no call')) });
  const { state } = tools;
  const bot = {
    async commands() {
      await steps.on();
      return [...declared].map(([name, description]) => ({ id: 1, name, description }));
    },
    async putCommand(name: string, description: string) {
      await steps.on();
      if (refused.has(name)) throw new Error('refused');
      declared.set(name, description);
    },
    async deleteCommand(name: string) {
      await steps.on();
      declared.delete(name);
    },
  };
  const steppedState = {
    ...state,
    async list(prefix: string) {
      await steps.on();
      return await state.list(prefix);
    },
    async put(key: string, value: unknown) {
      await steps.on();
      await state.put(key, value);
    },
    async forget(key: string) {
      await steps.on();
      await state.forget(key);
    },
  };
  const check = () => syncCommands(bot, mgConfig(), steppedState);
  const type = (args: string) =>
    runCommand('commands', {
      context: consoleContext(bot, { ...tools, state: steppedState }),
      args,
      messages: consoleTexts('en'),
      to: { ref: 'group' },
      signal: new AbortController().signal,
    } as unknown as CommandRequest);
  return { steps, declared, refused, state, check, type };
}

type Account = ReturnType<typeof openAccount>;

/** Runs `outer`, and `inner` whole before its step of that number. Returns false when `outer` has fewer steps. */
async function between(
  account: Account,
  { outer, inner, step }: { outer: () => Promise<unknown>; inner: () => Promise<unknown>; step: number },
): Promise<boolean> {
  let count = 0;
  let hasRun = false;
  account.steps.on = async () => {
    count += 1;
    if (count !== step || hasRun) return;
    hasRun = true;
    await inner();
  };
  await outer();
  return hasRun;
}

interface Meeting {
  /** What the employee types. */
  readonly typed: string;
  /** Commands that are there before. */
  readonly before?: string;
  readonly isCheckInside: boolean;
}

/** Lets the check and the employee meet at every step, each time in a new account, and calls `expectAfter` after each. */
async function meet(
  { typed, before, isCheckInside }: Meeting,
  expectAfter: (account: Account, step: string) => Promise<void>,
) {
  let step = 1;
  for (; ; step += 1) {
    const account = openAccount();
    if (before !== undefined) await account.type(before);
    const type = () => account.type(typed);
    const [outer, inner] = isCheckInside ? [type, account.check] : [account.check, type];
    if (!(await between(account, { outer, inner, step }))) break;
    await expectAfter(account, `step ${step}`);
  }
  expect(step).toBeGreaterThan(2);
}

const insides = [
  ['a check runs while the employee is served', true],
  ['the employee is served while a check runs', false],
] as const;

it.each(insides)('a new command stays, whichever step is the moment (%s)', async (_, isCheckInside) => {
  await meet({ typed: 'add price Tell the price', isCheckInside }, async (account, step) => {
    expect(account.declared.get('price'), step).toBe('Tell the price');
    expect([...(await consoleCommands(account.state)).keys()], step).toEqual(['price']);
  });
});

it.each(insides)('a deleted command stays away, whichever step is the moment (%s)', async (_, isCheckInside) => {
  const meeting = { before: 'add price Tell the price', typed: 'delete price', isCheckInside };
  await meet(meeting, async (account, step) => {
    expect(account.declared.has('price'), step).toBe(false);
    expect((await consoleCommands(account.state)).size, step).toBe(0);
  });
});

it('a command that MessageGateway refuses is not kept; one that it should replace stays', async () => {
  const account = openAccount();
  account.refused.add('price');
  await expect(account.type('add price Tell the price')).rejects.toThrow('refused');
  expect((await consoleCommands(account.state)).size).toBe(0);
  account.refused.clear();
  await account.type('add price Tell the price');
  account.refused.add('price');
  await expect(account.type('add price Another')).rejects.toThrow('refused');
  expect([...(await consoleCommands(account.state)).values()]).toEqual(['Tell the price']);
});
