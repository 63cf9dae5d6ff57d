/** Every function that reads or formats data from outside, one line each. `test/sweeps/linear-time/` tries all hostile inputs on all of them. */
import { decodeEvent } from '../../../src/bitrix24/events/decode-event.ts';
import { scanEvent } from '../../../src/bitrix24/events/scan-event.ts';
import { publicLink } from '../../../src/bitrix24/formatting/addresses.ts';
import { toAttach } from '../../../src/bitrix24/formatting/attach.ts';
import { hasMention, plainText, withoutMention } from '../../../src/bitrix24/formatting/bb-code.ts';
import { toKeyboard } from '../../../src/bitrix24/formatting/keyboard.ts';
import { claimFromEvent } from '../../../src/bitrix24/install/proof.ts';
import { readAnswer } from '../../../src/bitrix24/rest/rest-errors.ts';
import { readCrmUrl } from '../../../src/brains/messagegateway/api/crm-url.ts';
import { unescapeHtml } from '../../../src/brains/messagegateway/api/html-text.ts';
import { parseMgTime } from '../../../src/brains/messagegateway/api/mg-time.ts';
import { retryAfterMs } from '../../../src/brains/messagegateway/api/retry-after.ts';
import { type Envelope, readEnvelope } from '../../../src/brains/messagegateway/api/webhook-shapes.ts';
import { decodeGroupRow } from '../../../src/brains/messagegateway/console/decode-group-row.ts';
import { parseLine, takeChat, takeId, uuidIn } from '../../../src/brains/messagegateway/console/parse-line.ts';
import { orderCard, productCard } from '../../../src/brains/messagegateway/inbound/cards.ts';
import { decodeWebhook } from '../../../src/brains/messagegateway/inbound/decode-webhook.ts';
import { receiveWebhook } from '../../../src/brains/messagegateway/inbound/receive-webhook.ts';
import { signalOf } from '../../../src/brains/messagegateway/inbound/signals.ts';
import { toButtons } from '../../../src/brains/messagegateway/inbound/suggestions.ts';
import { readCursor } from '../../../src/brains/messagegateway/listener/cursor.ts';
import { portalMessageId } from '../../../src/brains/messagegateway/outbound/message-names.ts';
import { sendingError } from '../../../src/brains/messagegateway/outbound/receipts.ts';
import { oneLine } from '../../../src/brains/messagegateway/outbound/takeover-summary.ts';
import { readCommand } from '../../../src/brains/metabot/command-line.ts';
import { readAnswer as readScriptAnswer } from '../../../src/brains/metabot/read-answer.ts';
import { runAt } from '../../../src/brains/metabot/run-at.ts';
import { signatureProblem } from '../../../src/brains/metabot/signature.ts';
import { decodeWebhook as decodeScriptWebhook } from '../../../src/brains/metabot/webhook.ts';
import { findToken } from '../../../src/brains/selarti/api/token-field.ts';
import { decodeWebhook as decodeSelarti } from '../../../src/brains/selarti/inbound/decode-webhook.ts';
import { readWebhook as readSelarti, withKnown } from '../../../src/brains/selarti/inbound/webhook.ts';
import { textDigest } from '../../../src/brains/selarti/outbound/text-digest.ts';
import type { Button } from '../../../src/core/events.ts';
import { languageOfReader } from '../../../src/core/language.ts';
import { escapeBb, escapeCommands } from '../../../src/core/markup/bb-escape.ts';
import { readMarkup, renderMarkup } from '../../../src/core/markup/forms.ts';
import type { TextForm } from '../../../src/core/markup/markup.ts';
import { splitMarkup } from '../../../src/core/markup/split-markup.ts';
import { splitText } from '../../../src/core/split-text.ts';
import { fillTemplate } from '../../../src/http/page-template.ts';
import { parseJson } from '../../../src/lib/bounded-json.ts';
import { parseForm } from '../../../src/lib/form-body.ts';
import { maskSecrets } from '../../../src/lib/logger.ts';
import { dedupeKey, inboxLane } from '../../../src/store/queue/lane-names.ts';
import { storableJson, storableText } from '../../../src/store/storable.ts';
import { consoleContext, mgConfig, unitTools } from '../messagegateway-unit.ts';
import { selartiConfig, selartiPayload } from '../selarti-unit.ts';
import type { Read } from './measure-growth.ts';

export interface OutsideReader {
  readonly name: string;
  readonly read: Read;
  /** The first length, if the slow part of the reader shows only on long input. */
  readonly startAt?: number;
}

const bot = { code: 'b', id: '5' };
const rules = { language: 'en', unescapeHtml: true, managerAnswer: 'refuse' } as const;
const bytes = (text: string): Buffer => Buffer.from(text);

/** An event of a group chat with the text in one of its fields. */
const eventWith =
  (field: string) =>
  (text: string): unknown => {
    const pairs = [
      'event=ONIMBOTMESSAGEADD&data[BOT][5][BOT_ID]=5&data[BOT][5][BOT_CODE]=b&data[PARAMS][CHAT_ENTITY_TYPE]=LINES',
      'data[PARAMS][DIALOG_ID]=chat1',
      `${field}=${encodeURIComponent(text.toWellFormed())}`,
    ];
    return decodeEvent(bytes(pairs.join('&')), bot);
  };

/** A message with two commands, and the text around them, as a name and as an argument. */
function commandWith(text: string): unknown {
  const said = encodeURIComponent(text.toWellFormed());
  const pairs = [
    'event=ONIMCOMMANDADD&data[PARAMS][DIALOG_ID]=chat1',
    `data[PARAMS][MESSAGE]=${said}%0A/x ${said}%0A${said}`,
    `data[COMMAND][1][BOT_CODE]=b&data[COMMAND][1][COMMAND]=x&data[COMMAND][1][COMMAND_PARAMS]=${said}`,
    `data[COMMAND][2][BOT_CODE]=b&data[COMMAND][2][COMMAND]=${said}`,
  ];
  return decodeEvent(bytes(pairs.join('&')), bot);
}

const pointing = (text: string): Button[] => [
  ...[text, `tel:${text}`, `mailto:${text}`].map((url): Button => ({ type: 'link', label: text, url })),
  { type: 'call', label: text, phone: text },
];

const sent = (data: Record<string, unknown>): Envelope => ({ type: 'message_sent', data });

/** Reads the body as a webhook, and decodes what was accepted. */
function readWebhook(_: string, body: Buffer): unknown {
  const envelope = readEnvelope(body);
  return envelope === null ? null : decodeWebhook(envelope, rules);
}

const joined = mgConfig({});

/** A message of MessageGateway with the text in every text field. */
const mgMessage = (text: string): object => {
  const actor = { id: 1, type: 'user', name: text };
  const message = { id: 7, chat_id: 3, type: 'command', scope: 'public', content: text, note: text, from: actor };
  return { ...message, quote: { content: text }, channel_id: 61 };
};

const groupRow = (text: string): Buffer => {
  const showing = { what: 'new', customer: text, channel: text, portalMessageId: null };
  return bytes(JSON.stringify({ console: { message: mgMessage(text), showing } }));
};

const selarti = selartiConfig();

/** Reads the body as a webhook of Selarti, and decodes it. */
function readSelartiBody(body: Buffer): unknown {
  const webhook = readSelarti(withKnown(body, ['operator']), selarti);
  return webhook === null ? null : decodeSelarti(webhook, selarti);
}

const selartiWith = (text: string): Buffer => {
  const fields = [...Object.keys(selartiPayload('webhook-bot-reply')), 'contacts'];
  const body = Object.fromEntries(fields.map((name) => [name, text]));
  return bytes(JSON.stringify({ ...body, message_type: 'bot', operator: true, contacts: { [text]: [text, text] } }));
};

const noCall = { send: () => Promise.reject(new Error('readers must not call')) };
const console = consoleContext({}, unitTools(noCall), mgConfig({ unescapeHtml: true }));

const cardOf = (text: string) => ({ title: text, url: text, image: text, facts: [{ name: text, value: text }] });

/** Reads the text as one markup language and writes it in all others. */
const translate = (from: TextForm) => (text: string) => {
  const nodes = readMarkup(text, from);
  return (['plain', 'markdown', 'html', 'bbcode'] as const).map((form) => renderMarkup(nodes, form));
};

const pieces = (from: TextForm) => (text: string) => splitMarkup(readMarkup(text, from), from, 5_000);

export const outsideReaders: readonly OutsideReader[] = [
  { name: 'readMarkdown and every renderer', read: translate('markdown') },
  { name: 'readHtml and every renderer', read: translate('html') },
  { name: 'readBb and every renderer', read: translate('bbcode') },
  { name: 'splitMarkup', read: pieces('markdown') },
  { name: 'scanEvent', read: (_, body) => scanEvent(body) },
  { name: 'parseForm', read: (_, body) => parseForm(body) },
  { name: 'decodeEvent', read: (_, body) => decodeEvent(body, bot) },
  { name: 'decodeEvent: a message', read: eventWith('data[PARAMS][MESSAGE]') },
  { name: 'decodeEvent: a message in a group', read: eventWith('data[PARAMS][MESSAGE_ORIGINAL]') },
  { name: 'decodeEvent: CRM records', read: eventWith('data[PARAMS][CHAT_ENTITY_DATA_2]') },
  { name: 'decodeEvent: a session', read: eventWith('data[PARAMS][CHAT_ENTITY_ID]') },
  { name: 'decodeEvent: commands', read: commandWith },
  { name: 'hasMention', read: (text) => hasMention(text, '5') },
  { name: 'claimFromEvent', read: (_, body) => claimFromEvent(parseForm(body)) },
  { name: 'plainText', read: (text) => plainText(text) },
  { name: 'withoutMention', read: (text) => withoutMention(text, '5') },
  { name: 'escapeBb', read: (text) => escapeBb(text) },
  { name: 'escapeCommands', read: (text) => escapeCommands(text) },
  { name: 'toAttach', read: (text) => toAttach([cardOf(text), cardOf(text)]) },
  { name: 'toKeyboard', read: (text) => toKeyboard([{ type: 'say', label: text, text }], '5') },
  { name: 'toKeyboard: links and phones', read: (text) => toKeyboard(pointing(text), '5') },
  { name: 'splitText', read: (text) => splitText(text, 2_000, '['), startAt: 128 * 1024 },
  { name: 'readAnswer', read: (_, body) => readAnswer({ method: 'x', status: 200, body }) },
  { name: 'readEnvelope', read: (_, body) => readEnvelope(body) },
  { name: 'decodeWebhook', read: readWebhook },
  { name: 'decodeWebhook: a text', read: (text) => decodeWebhook(sent({ content: text }), rules) },
  {
    name: 'decodeWebhook: a caption',
    read: (text) => decodeWebhook(sent({ type: 'file', content: text, items: [{ id: 'a', caption: text }] }), rules),
  },
  { name: 'productCard', read: (text) => productCard({ name: text, url: text, img: text, article: text }, 'en') },
  { name: 'orderCard', read: (text) => orderCard({ number: text, items: [{ name: text }] }, 'en') },
  {
    name: 'toButtons',
    read: (text) => ['text', 'url', 'phone', 'email'].map((type) => toButtons([{ type, title: text, payload: text }])),
  },
  { name: 'unescapeHtml', read: unescapeHtml },
  { name: 'readCrmUrl', read: readCrmUrl },
  { name: 'parseMgTime', read: parseMgTime },
  { name: 'retryAfterMs', read: (text) => retryAfterMs(text, new Date(0)) },
  { name: 'readCursor', read: readCursor },
  { name: 'parseLine', read: (text) => [parseLine(text, true), parseLine(text, false)] },
  { name: 'takeChat', read: (text) => [takeChat(text), takeId(text), uuidIn(text)] },
  { name: 'portalMessageId', read: portalMessageId },
  { name: 'sendingError', read: (text) => sendingError(text, 'en') },
  { name: 'maskSecrets', read: maskSecrets },
  { name: 'storableText', read: (text) => [storableText(text), storableJson({ text })] },
  { name: 'parseJson', read: (_, body) => parseJson(body) },
  { name: 'oneLine', read: oneLine },
  { name: 'publicLink', read: publicLink },
  { name: 'decodeGroupRow', read: (text) => decodeGroupRow(groupRow(text), console) },
  { name: 'decodeGroupRow: any body', read: (_, body) => decodeGroupRow(body, console) },
  {
    name: 'receiveWebhook',
    read: (_, body) => receiveWebhook({ headers: { clientid: 'client-of-the-module' }, query: {}, body }, joined),
  },
  { name: 'signalOf', read: (text) => signalOf({ type: 'message_new', data: { message: mgMessage(text) } }, joined) },
  { name: 'fillTemplate', read: (text) => fillTemplate('<p title="{{data}}">{{data}} {{none}}</p>', { data: text }) },
  { name: 'languageOfReader', read: (text) => languageOfReader(undefined, text) },
  { name: 'Selarti: a webhook', read: (_, body) => readSelartiBody(body) },
  { name: 'Selarti: the fields of a webhook', read: (text) => readSelartiBody(selartiWith(text)) },
  { name: 'Selarti: an echo', read: textDigest },
  { name: 'Selarti: the token', read: (text) => findToken({ [text]: text, token: text }, text.slice(0, 100)) },
  { name: 'readCommand', read: (text) => [readCommand(text), readCommand(`a x="${text}`)] },
  {
    name: 'readAnswer of a script',
    read: (text) => {
      const items = {
        buttons: [{ text, value: text, url: text, phone: text }],
        attachments: [{ url: `https://${text}`, name: text }],
      };
      return readScriptAnswer({ text, type: text, cards: [{ title: text, url: text }], ...items }, 'id');
    },
  },
  {
    name: 'decodeWebhook of a script',
    read: (text) => decodeScriptWebhook(bytes(JSON.stringify({ id: 'a', conversation_id: 'b', text, name: text }))),
  },
  { name: 'runAt', read: (text) => runAt(text, 'UTC') },
  {
    name: 'signatureProblem',
    read: (text, body) => {
      const headers = { 'x-signature': text, 'x-timestamp': text };
      return signatureProblem({ headers, query: {}, body }, 'secret', new Date(0));
    },
  },
  { name: 'lane names', read: (text) => [inboxLane(text, text), dedupeKey(text, text)] },
];
