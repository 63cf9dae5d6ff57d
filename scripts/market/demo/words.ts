/** The company that the pictures of the marketplace show: invented, and told in each language of a card. */
import type { CardLanguage } from '../../../install/market/card.ts';

export interface DemoWords {
  readonly company: string;
  readonly domain: string;
  readonly admin: string;
  readonly menu: readonly string[];
  readonly bots: readonly { readonly name: string; readonly greeting: string }[];
  readonly lines: readonly string[];
  readonly accounts: readonly string[];
  readonly customers: readonly string[];
  readonly said: readonly string[];
  /** What a customer, the bot and a colleague say to each other. */
  readonly talk: {
    readonly question: string;
    readonly answer: string;
    readonly more: string;
    readonly moreAnswer: string;
    readonly wish: string;
    readonly handover: string;
    readonly colleague: string;
    readonly colleagueSays: string;
    readonly thanks: string;
  };
}

export const demoWords: Readonly<Record<CardLanguage, DemoWords>> = {
  ru: {
    company: 'Мебельная мастерская «Листва»',
    domain: 'listva.bitrix24.example',
    admin: 'Марина Соколова',
    menu: ['Лента', 'Мессенджер', 'Задачи', 'CRM', 'Контакт-центр', 'Приложения'],
    bots: [
      { name: 'Аня, заказы', greeting: 'Здравствуйте! Я Аня. Спросите меня о заказе.' },
      { name: 'Помощник группы', greeting: 'Здравствуйте! Упомяните меня, и я отвечу.' },
      { name: 'Ассистент', greeting: 'Здравствуйте! Я знаю регламенты мастерской.' },
      { name: 'Сервис и ремонт', greeting: 'Здравствуйте! Расскажите, что случилось с мебелью.' },
    ],
    lines: ['Заказы с сайта', 'Сервис и ремонт', 'Оптовые покупатели'],
    accounts: ['Отдел продаж', 'Ассистент мастерской', 'Сценарии сервиса'],
    customers: ['Ольга Тарасова', 'Игорь Веснин', 'Лидия Морозова', 'Антон Ручьёв', 'Павел Зимин', 'Вера Лугова'],
    said: [
      'Спасибо, жду звонка.',
      'Стол приедет в четверг с 10 до 14.',
      'Нужно ещё два стула к тому же столу.',
      'Какой срок гарантии на фасады?',
      'Напомни, как оформить отпуск?',
      'Макет согласован, можно запускать.',
    ],
    talk: {
      question: 'Добрый день! Когда привезут дубовый стол, заказ 2047?',
      answer: 'Здравствуйте! Заказ 2047 собран. Доставка в четверг, с 10 до 14 часов.',
      more: 'А можно перенести на субботу?',
      moreAnswer: 'Да, в субботу свободно время с 12 до 16. Перенести?',
      wish: 'Да. И хочу обсудить ещё два стула, позовите человека.',
      handover: 'Клиентка хочет обсудить стулья к заказу 2047',
      colleague: 'Дмитрий Орлов',
      colleagueSays: 'Ольга, здравствуйте! Доставку перенёс, по стульям позвоню вам в три часа.',
      thanks: 'Спасибо, жду звонка.',
    },
  },
  en: {
    company: 'Oakleaf Furniture',
    domain: 'oakleaf.bitrix24.example',
    admin: 'Marian Hollis',
    menu: ['Feed', 'Messenger', 'Tasks', 'CRM', 'Contact Center', 'Applications'],
    bots: [
      { name: 'Annie, orders', greeting: 'Hello! I am Annie. Ask me about your order.' },
      { name: 'Group helper', greeting: 'Hello! Mention me and I answer.' },
      { name: 'Assistant', greeting: 'Hello! I know the rules of the workshop.' },
      { name: 'Service and repair', greeting: 'Hello! Tell me what happened to your furniture.' },
    ],
    lines: ['Orders from the website', 'Service and repair', 'Wholesale'],
    accounts: ['Sales team', 'Workshop assistant', 'Service scenarios'],
    customers: ['Olivia Tarrant', 'Ivor Winslow', 'Lydia Marsh', 'Anton Brook', 'Paul Winter', 'Vera Meadows'],
    said: [
      'Thank you, I will wait for the call.',
      'The table arrives on Thursday between 10 and 14.',
      'Two more chairs for the same table, please.',
      'How long is the warranty for the fronts?',
      'How do I apply for my holidays again?',
      'The draft is approved, go ahead.',
    ],
    talk: {
      question: 'Good afternoon! When does the oak table come, order 2047?',
      answer: 'Hello! Order 2047 is ready. Delivery is on Thursday, between 10 and 14.',
      more: 'Could it be Saturday instead?',
      moreAnswer: 'Yes, Saturday between 12 and 16 is free. Shall I move it?',
      wish: 'Yes. And I want to talk about two more chairs, please call a person.',
      handover: 'The customer wants to talk about chairs for order 2047',
      colleague: 'Dennis Orwell',
      colleagueSays: 'Hello Olivia! I have moved the delivery, and I will call you about the chairs at three.',
      thanks: 'Thank you, I will wait for the call.',
    },
  },
};
