/** The texts that tell people of trouble in their portal. */
import type { Texts } from '../core/texts.ts';

export const undeliveredText: Texts = {
  en: 'Messages that were not delivered; open the app, page “Not delivered”',
  ru: 'Есть недоставленные сообщения; откройте приложение, страница «Не доставлено»',
  de: 'Nicht zugestellte Nachrichten; öffnen Sie die App, Seite „Nicht zugestellt“',
  es: 'Mensajes no entregados; abra la aplicación',
  pt: 'Mensagens não entregues; abra o aplicativo',
  pl: 'Niedostarczone wiadomości; otwórz aplikację',
  uk: 'Є недоставлені повідомлення; відкрийте застосунок',
  kz: 'Жеткізілмеген хабарлар бар; қолданбаны ашыңыз',
};

export const stoppedText: Texts = {
  en: 'A connection has stopped; open the app, page “Who answers”',
  ru: 'Подключение остановлено; откройте приложение, страница «Кто отвечает»',
  de: 'Eine Verbindung wurde angehalten; öffnen Sie die App',
  es: 'Una conexión se ha detenido; abra la aplicación',
  pt: 'Uma conexão parou; abra o aplicativo',
  pl: 'Połączenie zostało zatrzymane; otwórz aplikację',
  uk: 'Підключення зупинено; відкрийте застосунок',
  kz: 'Қосылым тоқтады; қолданбаны ашыңыз',
};
