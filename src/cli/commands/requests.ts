/** `requests` and `follow-ups`: requests to a brain about one conversation, sent now or later. */
import { needRequest, readParams } from '../../core/brain-requests.ts';
import { formOf } from '../../core/config-form.ts';
import { readPairs } from '../../core/form-values.ts';
import { randomToken } from '../../lib/encryption.ts';
import { needBrain } from '../../portals/bot-service.ts';
import { sendRequest } from '../../queue/by-hand/send-requests.ts';
import { cancelFollowUp, type FollowUpRow, listFollowUps } from '../../store/tenants/follow-ups.ts';
import { choosePortal, portalFilter, portalFilterId, portalOption } from '../arguments/choose-portal.ts';
import { brainIn, conversationHelp, findConversation } from '../arguments/find-conversation.ts';
import { type AddCommands, type Answer, type CommandContext, usageError } from '../framework/command.ts';
import { moment, table, wrap } from '../framework/layout.ts';
import { openWakeups } from '../services.ts';

/** The requests of a brain with their parameters. */
function list(context: CommandContext, options: { brain: string }): Promise<Answer> {
  const { title, requests = [] } = needBrain(context.brains, options.brain);
  const described = requests.map(({ name, title: texts, help, schema }) => ({
    name,
    title: texts,
    help,
    params: formOf(schema),
  }));
  const rows = described.flatMap(({ name, title: texts, help, params }) => [
    [name, `${texts.en}. ${help.en}`],
    ...params.map(({ key, required, help: about }) => [`  ${key}${required ? ' (required)' : ''}`, about.en]),
  ]);
  const text = rows.length === 0 ? `${title} takes no requests.` : table(['request', 'what it does'], rows);
  return Promise.resolve({ data: { requests: described }, text });
}

async function send(
  context: CommandContext,
  conversation: string,
  [name = '', ...words]: readonly string[],
  options: { portal?: string | undefined },
): Promise<Answer> {
  const db = await context.database();
  const { portal } = await choosePortal(db, options.portal);
  const to = await findConversation(db, portal, conversation);
  const request = needRequest(await brainIn(db, context.brains, to), name);
  const params = readPairs(request.schema, words.map(pairIn));
  readParams(request, params);
  const [id, trace] = [randomToken(12), `request-${randomToken(6)}`];
  await sendRequest(db, to, { id, name, params }, trace);
  openWakeups(context, db).inbox.ring();
  const text = wrap(
    `The request is in its lane; the running app sends it within a second or two. Follow it with: trace ${trace}`,
  );
  return { data: { request: { ...to, id, name, trace } }, text };
}

function pairIn(word: string): readonly [string, string] {
  const at = word.indexOf('=');
  if (at > 0) return [word.slice(0, at), word.slice(at + 1)];
  throw usageError(`"${word}" is no parameter; write key=value`);
}

/** How many follow-ups are shown at most. */
const shown = 500;

async function listPending(
  context: CommandContext,
  conversation: string | undefined,
  options: { portal?: string | undefined },
): Promise<Answer> {
  const db = await context.database();
  const portal = await portalFilterId(db, options.portal);
  const of =
    conversation === undefined
      ? portal === undefined
        ? {}
        : { portal }
      : await findConversation(db, (await choosePortal(db, options.portal)).portal, conversation);
  const rows = await listFollowUps(db, { ...of, limit: shown });
  const cells = rows.map((row) => [`${row.bot_code}/${row.dialog_id}`, row.id, row.name, moment(row.due_at)]);
  const text =
    rows.length === 0 ? 'No follow-ups are pending.' : table(['conversation', 'id', 'request', 'due (UTC)'], cells);
  return { data: { followUps: rows.map(describeFollowUp) }, text };
}

/** Without its parameters, which may hold what people wrote. */
function describeFollowUp({
  portal,
  bot_code: botCode,
  dialog_id: dialogId,
  id,
  name,
  due_at: dueAt,
  trace,
}: FollowUpRow) {
  return { portal, botCode, dialogId, id, name, dueAt, trace };
}

async function cancel(
  context: CommandContext,
  conversation: string,
  id: string,
  options: { portal?: string | undefined },
): Promise<Answer> {
  const db = await context.database();
  const { portal } = await choosePortal(db, options.portal);
  const isCancelled = await cancelFollowUp(db, await findConversation(db, portal, conversation), id);
  const text = isCancelled
    ? 'It is cancelled: the brain will not be asked.'
    : 'There is none of that id; it may have been sent.';
  return { data: { isCancelled }, text, isFailure: !isCancelled };
}

export const addRequestCommands: AddCommands = (program, run) => {
  const requests = program.command('requests').description('what a brain can be asked for a conversation');
  requests
    .command('list')
    .description('the requests of a brain, and their parameters')
    .requiredOption('--brain <name>', 'which brain')
    .action(run(list));
  requests
    .command('send')
    .description('ask the brain of a conversation')
    .argument('<conversation>', conversationHelp)
    .argument('<request...>', 'its name, as in "requests list", then its parameters as key=value')
    .addOption(portalOption)
    .action(run(send));
  const followUps = program.command('follow-ups').description('requests that brains want to be sent later');
  followUps
    .command('list')
    .description(`what is pending, the next ones first (at most ${shown})`)
    .argument('[conversation]', conversationHelp)
    .addOption(portalFilter)
    .action(run(listPending));
  followUps
    .command('cancel')
    .description('cancel one')
    .argument('<conversation>', conversationHelp)
    .argument('<id>', 'its id, as in "follow-ups list"')
    .addOption(portalOption)
    .action(run(cancel));
};
