/** What connectors of Selarti count, for `/metrics`. */
import type { BrainCounter } from '../../core/brain-parts.ts';

export const counters = [
  {
    name: 'sent',
    title: { en: 'Messages sent', ru: 'Отправлено сообщений' },
    help: { en: 'Messages of customers sent to Selarti', ru: 'Сообщения клиентов, отправленные в Selarti' },
  },
  {
    name: 'received',
    title: { en: 'Messages received', ru: 'Получено сообщений' },
    help: {
      en: 'Messages of the AI and of people in the panel that webhooks brought',
      ru: 'Сообщения ИИ и операторов панели, полученные вебхуками',
    },
  },
  {
    name: 'echoes',
    title: { en: 'Echoes', ru: 'Эхо' },
    help: { en: 'Webhooks that repeat our own message', ru: 'Вебхуки, повторяющие наше сообщение' },
  },
  {
    name: 'proven_by_echo',
    title: { en: 'Proven by an echo', ru: 'Доказано эхом' },
    help: {
      en: 'Calls that failed half-way and whose echo proved that the message had arrived',
      ru: 'Оборвавшиеся вызовы, доставка которых доказана эхом',
    },
  },
  {
    name: 'tokens',
    title: { en: 'Tokens obtained', ru: 'Получено токенов' },
    help: { en: 'Exchanges of the API key for a token', ru: 'Обмены ключа API на токен' },
  },
  {
    name: 'limits_reached',
    title: { en: 'Limits reached', ru: 'Достигнуто ограничений' },
    help: {
      en: 'Messages that were not sent because a limit of the connection was reached',
      ru: 'Сообщения, не отправленные из-за ограничения подключения',
    },
  },
  {
    name: 'unknown_types',
    title: { en: 'Unknown message types', ru: 'Неизвестные типы сообщений' },
    help: {
      en: 'Webhooks whose message_type is not known; they are not shown',
      ru: 'Вебхуки с неизвестным message_type; они не показываются',
    },
  },
] as const satisfies readonly BrainCounter[];
