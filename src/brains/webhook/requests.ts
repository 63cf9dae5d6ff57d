/** What people and timers may ask of the server: one request with a text, sent by an administrator, by `/ask`, or by a follow-up. */
import { z } from 'zod';
import type { BrainCommand, BrainRequestForm } from '../../core/brain-parts.ts';
import { field } from '../../core/config-form.ts';

export const askSchema = z.object({
  text: field(z.string().trim().min(1).max(2_000), {
    title: { en: 'Text', ru: 'Текст' },
    help: { en: 'What the server is asked', ru: 'Что спрашивают у сервера' },
  }),
});

export const askRequest: BrainRequestForm = {
  name: 'ask',
  title: { en: 'Ask the server', ru: 'Спросить сервер' },
  help: {
    en: 'Sends the server a text that is not a message of the chat; it answers in the conversation',
    ru: 'Отправляет серверу текст, которого нет в чате; он отвечает в этом разговоре',
  },
  schema: askSchema,
};

export const askCommand: BrainCommand = {
  name: 'ask',
  title: { en: 'Ask the connected server', ru: 'Спросить подключённый сервер' },
  params: { en: 'text', ru: 'текст' },
  request: askRequest.name,
  read: (params) => (params.trim() === '' ? null : { text: params.trim().slice(0, 2_000).toWellFormed() }),
};
