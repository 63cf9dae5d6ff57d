/** What the chat page may ask for: the acts of people, checked before they are carried out. */
import { z } from 'zod';
import { finishInstall, frameTarget, pageForm, placeApp } from './app-life.ts';
import type { People } from './people.ts';
import { prepareScene } from './scene.ts';
import type { PortalState } from './state.ts';

const id = z.number().int().positive();
const text = z.string().max(20_000);
const files = z
  .array(z.object({ name: z.string().min(1).max(200), base64: z.string().max(14_000_000) }))
  .max(5)
  .default([]);

const actSchema = z.discriminatedUnion('act', [
  z.object({ act: z.literal('prepare') }),
  z.object({ act: z.literal('clientWrites'), clientId: id, text, files }),
  z.object({ act: z.literal('writesPrivate'), userId: id, botId: id, text, files }),
  z.object({ act: z.literal('writesInGroup'), userId: id, chatId: id, text, files }),
  z.object({ act: z.literal('operatorWrites'), userId: id, chatId: id, text, files }),
  z.object({ act: z.literal('operatorJoins'), userId: id, chatId: id }),
  z.object({ act: z.literal('finishSession'), chatId: id }),
  z.object({ act: z.literal('pressButton'), userId: id, messageId: id, index: z.number().int().min(0) }),
  z.object({ act: z.literal('editMessage'), messageId: id, text: text.min(1) }),
  z.object({ act: z.literal('deleteMessage'), messageId: id }),
  z.object({ act: z.literal('react'), userId: id, messageId: id, reaction: z.string(), isOn: z.boolean() }),
  z.object({ act: z.literal('frameForm') }),
  z.object({ act: z.literal('installFinish') }),
]);

export type Act = z.infer<typeof actSchema>;

/** The act, or null when the request does not describe one. */
export function readAct(body: unknown): Act | null {
  const parsed = actSchema.safeParse(body);
  return parsed.success ? parsed.data : null;
}

interface Base64File {
  readonly name: string;
  readonly base64: string;
}

function decoded(given: readonly Base64File[]): { files: { name: string; content: Buffer }[] } {
  return { files: given.map(({ name, base64 }) => ({ name, content: Buffer.from(base64, 'base64') })) };
}

function writing(people: People, act: Act): unknown {
  switch (act.act) {
    case 'clientWrites':
      return people.clientWrites(act.clientId, act.text, decoded(act.files));
    case 'writesPrivate':
      return people.employeeWritesPrivate(act.userId, act.botId, act.text, decoded(act.files));
    case 'writesInGroup':
      return people.writesInGroup(act.userId, act.chatId, act.text, decoded(act.files));
    case 'operatorWrites':
      return people.operatorWrites(act.chatId, act.userId, act.text, decoded(act.files));
    default:
      return null;
  }
}

/** Carries the act out and returns what the page needs to know. Throws when people or chats named do not exist. */
export function carryOut(state: PortalState, people: People, act: Act): unknown {
  switch (act.act) {
    case 'prepare':
      return prepareScene(state, people);
    case 'operatorJoins':
      return people.operatorJoins(act.chatId, act.userId);
    case 'finishSession':
      return people.finishSession(act.chatId);
    case 'pressButton':
      return people.pressButton(act.userId, act.messageId, act.index);
    case 'editMessage':
      return people.editMessage(act.messageId, act.text);
    case 'deleteMessage':
      return people.deleteMessage(act.messageId);
    case 'react':
      return people.react(act.userId, act.messageId, act.reaction, act.isOn);
    case 'frameForm': {
      placeApp(state, false);
      const target = frameTarget(state);
      return target === '' ? null : { ...pageForm(state, target), domain: state.address.domain };
    }
    case 'installFinish':
      return finishInstall(state);
    default:
      return writing(people, act);
  }
}
