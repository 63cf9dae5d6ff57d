/** The actions of people that the chat page may request, validated before they are executed. */
import { z } from 'zod';
import { pageFiles } from '../kit/files.ts';
import { finishInstall, frameTarget, pageForm, placeApp, uninstallApp } from './app-life.ts';
import type { People } from './people.ts';
import { prepareScene } from './scene.ts';
import type { PortalState } from './state.ts';

const id = z.number().int().positive();
const text = z.string().max(20_000);
const files = pageFiles(14_000_000);

const actSchema = z.discriminatedUnion('act', [
  z.object({ act: z.literal('prepare') }),
  z.object({ act: z.literal('clientWrites'), clientId: id, text, files }),
  z.object({ act: z.literal('writesPrivate'), userId: id, botId: id, text, files }),
  z.object({ act: z.literal('writesInGroup'), userId: id, chatId: id, text, files }),
  z.object({ act: z.literal('operatorWrites'), userId: id, chatId: id, text, files }),
  z.object({ act: z.literal('operatorJoins'), userId: id, chatId: id }),
  z.object({ act: z.literal('finishSession'), chatId: id }),
  z.object({ act: z.literal('pressButton'), userId: id, messageId: id, index: z.number().int().min(0) }),
  z.object({ act: z.literal('pressMenu'), userId: id, messageId: id, index: z.number().int().min(0) }),
  z.object({ act: z.literal('editMessage'), messageId: id, text: text.min(1) }),
  z.object({ act: z.literal('deleteMessage'), messageId: id }),
  z.object({ act: z.literal('react'), userId: id, messageId: id, reaction: z.string(), isOn: z.boolean() }),
  z.object({ act: z.literal('frameForm') }),
  z.object({ act: z.literal('installFinish') }),
  z.object({ act: z.literal('uninstall') }),
]);

type Act = z.infer<typeof actSchema>;

function writing(people: People, act: Act): unknown {
  switch (act.act) {
    case 'clientWrites':
      return people.clientWrites(act.clientId, act.text, { files: act.files });
    case 'writesPrivate':
      return people.employeeWritesPrivate(act.userId, act.botId, act.text, { files: act.files });
    case 'writesInGroup':
      return people.writesInGroup(act.userId, act.chatId, act.text, { files: act.files });
    case 'operatorWrites':
      return people.operatorWrites(act.chatId, act.userId, act.text, { files: act.files });
    default:
      return null;
  }
}

function execute(state: PortalState, people: People, act: Act): unknown {
  switch (act.act) {
    case 'prepare':
      return prepareScene(state, people);
    case 'operatorJoins':
      return people.operatorJoins(act.chatId, act.userId);
    case 'finishSession':
      return people.finishSession(act.chatId);
    case 'pressButton':
      return people.pressButton(act.userId, act.messageId, act.index);
    case 'pressMenu':
      return people.pressMenu(act.userId, act.messageId, act.index);
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
    case 'uninstall':
      return uninstallApp(state, { clean: true });
    default:
      return writing(people, act);
  }
}

/** Executes the requested action and returns what the page needs. Throws for an unknown action and for people or chats that do not exist. */
export function executeAct(state: PortalState, people: People, body: unknown): unknown {
  const parsed = actSchema.safeParse(body);
  if (!parsed.success) throw new Error('unknown act');
  return execute(state, people, parsed.data);
}
