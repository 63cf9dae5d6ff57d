/** The questions of docs/live-probes.md that a machine can ask a portal. Messages are sent only into a dialog the administrator names. */
import { randomUUID } from 'node:crypto';
import type { PortalClient } from '../../bitrix24/rest/portal-client.ts';
import { toAppError } from '../../core/errors.ts';
import { isRecord } from '../../core/is-record.ts';
import { answerShape } from './answer-shape.ts';

export interface Probed {
  readonly question: string;
  readonly method: string;
  /** `ok`, or the portal's error code. */
  readonly outcome: string;
  /** The shape of the answer, or what was found; null after a refusal. */
  readonly answer: unknown;
}

export interface ProbePlace {
  readonly client: PortalClient;
  readonly portal: string;
}

/** Where test messages may be sent. */
export interface ProbeDialog {
  readonly botId: string;
  readonly dialogId: string;
}

type Params = Readonly<Record<string, unknown>>;

const patienceMs = 20_000;

/** What can be asked without anybody noticing. */
export async function askQuietly(place: ProbePlace): Promise<Probed[]> {
  const lineFields = { PARAMS: { select: ['ID', 'LINE_NAME', 'ACTIVE'], limit: 1 } };
  const questions: readonly (readonly [string, string, Params])[] = [
    ['What does the portal tell of the app?', 'app.info', {}],
    ['Which rights were granted?', 'scope', {}],
    ['Which build is it?', 'imbot.v2.Revision.get', {}],
    ['Which handlers are bound, and how are they shown?', 'event.get', {}],
    ['What does a list of our bots look like?', 'imbot.v2.Bot.list', { limit: 1 }],
    ['What does a list of Open Channels look like?', 'imopenlines.config.list.get', lineFields],
  ];
  const probed: Probed[] = [];
  for (const [question, method, params] of questions) probed.push((await ask(place, question, method, params)).probed);
  return probed;
}

/** The questions that need a dialog: the bot sends a few messages there and deletes them again. */
export async function askInDialog(place: ProbePlace, dialog: ProbeDialog): Promise<Probed[]> {
  const botId = Number(dialog.botId);
  const { dialogId } = dialog;
  const there = { botId, dialogId };
  const sent: number[] = [];
  const send = async (question: string, fields: Params): Promise<Probed> => {
    const { probed, result } = await ask(place, question, sendName, { ...there, fields });
    const id = isRecord(result) ? Number(result['id']) : 0;
    if (id > 0) sent.push(id);
    return probed;
  };
  const quiet: readonly (readonly [string, string])[] = [
    ['What does a chat look like?', 'imbot.v2.Chat.get'],
    ['Is the list of members bare, and are there e-mail addresses?', 'imbot.v2.Chat.User.list'],
  ];
  const probed: Probed[] = [];
  for (const [question, method] of quiet) probed.push((await ask(place, question, method, there)).probed);
  probed.push(await send('What does a sent message answer?', { message: testText }));
  probed.push(...(await askTwice(send)));
  probed.push(...(await askRefusals(place, there, send, sent)));
  probed.push(...(await askFiles(place, there, sent)));
  for (const messageId of new Set(sent)) {
    await ask(place, 'clean-up', 'imbot.v2.Chat.Message.delete', { botId, messageId, complete: true });
  }
  return probed;
}

const sendName = 'imbot.v2.Chat.Message.send';
const testText = 'Probe / проверка';

type Send = (question: string, fields: Params) => Promise<Probed>;

async function askTwice(send: Send): Promise<Probed[]> {
  const fields = { message: testText, templateId: randomUUID() };
  const both = await Promise.all([
    send('A UUID while the first try with it runs: the first', fields),
    send('A UUID while the first try with it runs: the second', fields),
  ]);
  return [...both, await send('A UUID whose message is stored', fields)];
}

async function askRefusals(place: ProbePlace, there: ProbeThere, send: Send, sent: number[]): Promise<Probed[]> {
  const before = sent.length;
  await send('to be deleted', { message: testText });
  const deleted = sent.at(before) ?? 0;
  await ask(place, 'deletes', 'imbot.v2.Chat.Message.delete', { botId: there.botId, messageId: deleted });
  const badLink = { BUTTONS: [{ TEXT: 'x', LINK: 'tel:100' }] };
  const largeCard = [{ MESSAGE: 'x'.repeat(60_500) }];
  return [
    await send('A quote of a message that does not exist', { message: testText, replyId: 1_999_999_999 }),
    await send('A quote of a deleted message', { message: testText, replyId: deleted }),
    await send('A keyboard with one button that is none', { message: testText, keyboard: badLink }),
    await send('A card that is none', { message: testText, attach: [{ NOTHING: {} }] }),
    await send('A card that is too large', { message: testText, attach: largeCard }),
    await send('A message without words', { message: '' }),
  ];
}

interface ProbeThere {
  readonly botId: number;
  readonly dialogId: string;
}

async function askFiles(place: ProbePlace, there: ProbeThere, sent: number[]): Promise<Probed[]> {
  const fields = { name: 'probe.txt', content: Buffer.from(testText).toString('base64') };
  const up = await ask(place, 'What does an upload answer?', 'imbot.v2.File.upload', { ...there, fields });
  const result = isRecord(up.result) ? up.result : {};
  const file = isRecord(result['file']) ? result['file'] : {};
  if (Number(result['messageId']) > 0) sent.push(Number(result['messageId']));
  const params = { botId: there.botId, fileId: Number(file['id'] ?? 0) };
  const down = await ask(place, 'What does a download answer?', 'imbot.v2.File.download', params);
  return [up.probed, down.probed];
}

async function ask(
  { client, portal }: ProbePlace,
  question: string,
  method: string,
  params: Params,
): Promise<{ readonly probed: Probed; readonly result: unknown }> {
  try {
    const result = await client.call(portal, method, params, { patienceMs });
    return { probed: { question, method, outcome: 'ok', answer: answerShape(result) }, result };
  } catch (error) {
    const { code } = toAppError(error);
    return { probed: { question, method, outcome: code, answer: null }, result: null };
  }
}
