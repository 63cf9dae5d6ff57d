/** What the app counts over all connections to Metabot. */
import type { BrainCounter } from '../../core/brain-parts.ts';

export const counters: readonly BrainCounter[] = [
  {
    name: 'calls',
    title: { en: 'Calls', ru: 'Вызовы' },
    help: { en: 'Calls of the endpoint that were answered', ru: 'Вызовы точки API, на которые пришёл ответ' },
  },
  {
    name: 'jobs',
    title: { en: 'Jobs', ru: 'Задания' },
    help: { en: 'Jobs that Metabot accepted', ru: 'Задания, принятые Metabot' },
  },
  {
    name: 'replies',
    title: { en: 'Replies in calls', ru: 'Ответы в вызовах' },
    help: { en: 'Replies and requests in answers of calls', ru: 'Ответы и просьбы в ответах на вызовы' },
  },
  {
    name: 'webhooks',
    title: { en: 'Webhooks', ru: 'Вебхуки' },
    help: { en: 'Webhooks that were accepted', ru: 'Принятые вебхуки' },
  },
];
