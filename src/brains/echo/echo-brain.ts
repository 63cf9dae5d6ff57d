/** The smallest brain: it repeats what it hears. It shows that messages get through, and answers until another brain is connected. */
import { defineBrain } from '../../core/define-brain.ts';
import { textReply } from '../../core/events.ts';

export const echoBrain = defineBrain({
  name: 'echo',
  title: 'Echo',
  titles: { en: 'Echo', ru: 'Эхо', de: 'Echo', es: 'Eco', pt: 'Eco', pl: 'Echo', uk: 'Луна', kz: 'Жаңғырық' },
  about: {
    en: 'Repeats every message. Only for a first look: never leave it to customers.',
    ru: 'Повторяет каждое сообщение. Только для первой пробы: клиентам его не оставляйте.',
    de: 'Wiederholt jede Nachricht. Nur für einen ersten Blick: Überlassen Sie ihm nie Ihre Kunden.',
    es: 'Repite cada mensaje. Solo para una primera prueba: nunca lo deje a los clientes.',
    pt: 'Repete cada mensagem. Só para um primeiro teste: nunca o deixe para os clientes.',
    pl: 'Powtarza każdą wiadomość. Tylko na pierwszą próbę: nigdy nie zostawiaj go klientom.',
    uk: 'Повторює кожне повідомлення. Лише для першої проби: клієнтам її не залишайте.',
    kz: 'Әр хабарды қайталайды. Тек алғашқы сынаққа арналған: оны клиенттерге қалдырмаңыз.',
  },
  capabilities: { maxTextLength: 20_000, idempotentDelivery: true },
  configSchema: null,
  create: () => ({
    decode: () => [],
    deliver: (action) => Promise.resolve(action.type === 'message' ? { replies: [textReply(action.text)] } : {}),
  }),
});
