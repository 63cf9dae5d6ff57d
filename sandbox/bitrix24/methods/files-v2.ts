/** imbot.v2.File.upload and File.download. */
import { randomBytes } from 'node:crypto';
import { botV2, type CallContext, causeOf, type MethodTable } from '../call-context.ts';
import { postMessage } from '../chats.ts';
import { intOf, mapOf, textOf } from '../param-reader.ts';
import { RestError } from '../rest-error.ts';
import { dialogIdFor } from '../state.ts';
import { storeFile } from '../stored-files.ts';
import { fileObject } from '../v2-objects.ts';
import { chatToWriteIn } from './messages-v2.ts';

const MAX_FILE_BYTES = 100 * 1024 * 1024;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

function upload(call: CallContext): unknown {
  const bot = botV2(call);
  const chat = chatToWriteIn(call, bot);
  const fields = mapOf(call.params, 'fields') ?? {};
  const name = textOf(fields, 'name').trim();
  const base64 = textOf(fields, 'content').replaceAll(/\s/g, '');
  if (name === '' || base64 === '') throw new RestError('FILE_EMPTY', 'File name and content are required');
  if (!BASE64.test(base64)) throw new RestError('FILE_INVALID_CONTENT', 'File content must be base64');
  const content = Buffer.from(base64, 'base64');
  if (content.length === 0) throw new RestError('FILE_INVALID_CONTENT', 'File content must be base64');
  if (content.length > MAX_FILE_BYTES) throw new RestError('FILE_TOO_LARGE', 'File is larger than 100 MB');
  const file = storeFile(call.state, chat.id, bot.id, { name, content });
  const posting = { chat, authorId: bot.id, text: textOf(fields, 'message'), params: { FILE_ID: [file.id] } };
  const message = postMessage(call.state, { ...posting, runsCommands: true }, causeOf(call));
  return {
    file: fileObject(file),
    messageId: message.id,
    chatId: chat.id,
    dialogId: dialogIdFor(chat, bot.id),
  };
}

/** The link works once. */
function download(call: CallContext): unknown {
  const { state } = call;
  const bot = botV2(call);
  const file = state.files.get(intOf(call.params, 'fileId'));
  if (file === undefined) throw new RestError('FILE_NOT_FOUND', 'File not found');
  if (!bot.chats.has(file.chatId)) throw new RestError('FILE_ACCESS_ERROR', 'Access to the file is denied');
  const link = `imbot|${randomBytes(24).toString('base64url')}`;
  state.fileLinks.set(link, file.id);
  return { downloadUrl: `${state.address.origin}/rest/download.json?token=${encodeURIComponent(link)}` };
}

const SCOPES = ['imbot'];

export const filesV2Methods: MethodTable = {
  'imbot.v2.File.upload': { scopes: SCOPES, run: upload },
  'imbot.v2.File.download': { scopes: SCOPES, run: download },
};
