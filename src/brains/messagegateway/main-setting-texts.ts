/** Texts of the settings that everyone meets when connecting an account, in all languages but English and Russian (`config-texts.ts`). */
import type { Language } from '../../core/language.ts';

type Others = Readonly<Record<Exclude<Language, 'en' | 'ru'>, string>>;

interface MainTexts {
  readonly title: Others;
  readonly help: Others;
  readonly choices?: Readonly<Record<string, Others>>;
  readonly wrong?: Others;
}

export const mainSettingTexts: Readonly<Record<string, MainTexts>> = {
  crmUrl: {
    title: {
      de: 'CRM-Adresse',
      es: 'Dirección del CRM',
      pt: 'Endereço do CRM',
      pl: 'Adres CRM',
      uk: 'Адреса CRM',
      kz: 'CRM мекенжайы',
    },
    wrong: {
      de: 'Das ist keine CRM-Adresse. Geben Sie das Konto ohne Pfad ein, zum Beispiel https://demo.simla.com',
      es: 'Esta no es la dirección de un CRM. Introduzca la cuenta sin ruta, por ejemplo https://demo.simla.com',
      pt: 'Este não é o endereço de um CRM. Digite a conta sem caminho, por exemplo https://demo.simla.com',
      pl: 'To nie jest adres CRM. Wpisz konto bez ścieżki, na przykład https://demo.simla.com',
      uk: 'Це не адреса CRM. Потрібна адреса облікового запису без шляху, наприклад https://demo.simla.com',
      kz: 'Бұл CRM мекенжайы емес. Аккаунт мекенжайын жолсыз енгізіңіз, мысалы https://demo.simla.com',
    },
    help: {
      de: 'Zum Beispiel https://demo.simla.com',
      es: 'Por ejemplo, https://demo.simla.com',
      pt: 'Por exemplo, https://demo.simla.com',
      pl: 'Na przykład https://demo.simla.com',
      uk: 'Наприклад, https://demo.simla.com',
      kz: 'Мысалы, https://demo.simla.com',
    },
  },
  apiKey: {
    title: {
      de: 'API-Schlüssel',
      es: 'Clave API',
      pt: 'Chave de API',
      pl: 'Klucz API',
      uk: 'API-ключ',
      kz: 'API кілті',
    },
    wrong: {
      de: 'Ein API-Schlüssel ist ein Wort aus lateinischen Buchstaben und Ziffern.',
      es: 'Una clave API es una palabra de letras latinas y dígitos.',
      pt: 'Uma chave de API é uma palavra de letras latinas e dígitos.',
      pl: 'Klucz API to jedno słowo z liter łacińskich i cyfr.',
      uk: 'API-ключ – одне слово з латинських літер і цифр.',
      kz: 'API кілті – латын әріптері мен цифрлардан тұратын бір сөз.',
    },
    help: {
      de: 'Erstellen Sie ihn im CRM unter „Einstellungen → Integration → API-Schlüssel“. Er braucht die Rechte integration_read und integration_write.',
      es: 'Créela en el CRM: Ajustes → Integración → Claves API. Necesita los permisos integration_read e integration_write.',
      pt: 'Crie-a no CRM: Configurações → Integração → Chaves de API. Ela precisa das permissões integration_read e integration_write.',
      pl: 'Utwórz go w CRM: Ustawienia → Integracja → Klucze API. Potrzebne są uprawnienia integration_read i integration_write.',
      uk: 'Створіть його в CRM: Налаштування → Інтеграція → Ключі доступу до API. Потрібні права integration_read та integration_write.',
      kz: 'Оны CRM-де жасаңыз: Баптаулар → Интеграция → API кілттері. integration_read және integration_write құқықтары керек.',
    },
  },
  language: {
    title: {
      de: 'Sprache der Notizen für Manager',
      es: 'Idioma de las notas para los gestores',
      pt: 'Idioma das notas para os gestores',
      pl: 'Język notatek dla menedżerów',
      uk: 'Мова нотаток для менеджерів',
      kz: 'Менеджерлерге арналған жазбалар тілі',
    },
    help: {
      de: 'Auch die Karten von Kunden, Bestellungen und Waren sind in dieser Sprache.',
      es: 'También las fichas de clientes, pedidos y productos están en este idioma.',
      pt: 'As fichas de clientes, pedidos e produtos também ficam neste idioma.',
      pl: 'W tym języku są też karty klientów, zamówień i towarów.',
      uk: 'Цією мовою також картки клієнтів, замовлень і товарів.',
      kz: 'Клиенттердің, тапсырыстар мен тауарлардың карточкалары да осы тілде.',
    },
  },
  'handover.command': {
    title: {
      de: 'Befehl zur Übergabe an einen Menschen',
      es: 'Comando para pasar a una persona',
      pt: 'Comando para passar a uma pessoa',
      pl: 'Polecenie przekazania człowiekowi',
      uk: 'Команда передачі людині',
      kz: 'Адамға беру командасы',
    },
    wrong: {
      de: '1 bis 32 lateinische Buchstaben, Ziffern, - und _. Die Namen bot und help sind vergeben.',
      es: 'De 1 a 32 letras latinas, dígitos, - y _. Los nombres bot y help están ocupados.',
      pt: 'De 1 a 32 letras latinas, dígitos, - e _. Os nomes bot e help já estão em uso.',
      pl: 'Od 1 do 32 liter łacińskich, cyfr, - i _. Nazwy bot i help są zajęte.',
      uk: 'Від 1 до 32 латинських літер, цифр, знаків - і _. Слова bot і help зайняті.',
      kz: '1-ден 32-ге дейін латын әрпі, цифр, - және _ таңбалары. bot және help сөздері бос емес.',
    },
    help: {
      de: 'Schreibt ein Manager ihn mit einem Schrägstrich in einen Chat des CRM, zum Beispiel /operator, führen Menschen in Bitrix24 das Gespräch.',
      es: 'Cuando un gestor lo escribe con una barra en un chat del CRM, por ejemplo /operator, la conversación pasa a las personas en Bitrix24.',
      pt: 'Quando um gestor o escreve com uma barra num chat do CRM, por exemplo /operator, a conversa passa para as pessoas no Bitrix24.',
      pl: 'Gdy menedżer wpisze je z ukośnikiem w czacie CRM, na przykład /operator, rozmowę prowadzą ludzie w Bitrix24.',
      uk: 'Коли менеджер пише її зі скісною рискою в чаті CRM, наприклад /operator, розмову ведуть люди в Бітрікс24.',
      kz: 'Менеджер оны CRM чатында қиғаш сызықпен жазса, мысалы /operator, әңгімені Битрикс24-тегі адамдар жүргізеді.',
    },
  },
  onPersonTakesOver: {
    title: {
      de: 'Wenn ein Mensch in Bitrix24 das Gespräch übernimmt',
      es: 'Cuando una persona en Bitrix24 toma la conversación',
      pt: 'Quando uma pessoa no Bitrix24 assume a conversa',
      pl: 'Gdy rozmowę przejmuje człowiek w Bitrix24',
      uk: 'Коли розмову бере співробітник у Бітрікс24',
      kz: 'Битрикс24-тегі қызметкер әңгімені алғанда',
    },
    help: {
      de: 'Manager sehen in jedem Fall eine Notiz.',
      es: 'Los gestores ven una nota en cualquier caso.',
      pt: 'Os gestores veem uma nota em qualquer caso.',
      pl: 'Menedżerowie w każdym razie zobaczą notatkę.',
      uk: 'Менеджери в будь-якому разі побачать нотатку.',
      kz: 'Менеджерлер кез келген жағдайда жазбаны көреді.',
    },
    choices: {
      unassign: {
        de: 'Zuweisung des Dialogs im CRM aufheben',
        es: 'Quitar al responsable del diálogo en el CRM',
        pt: 'Tirar o responsável do diálogo no CRM',
        pl: 'Odpiąć dialog w CRM od odpowiedzialnego',
        uk: 'Зняти діалог у CRM з відповідального',
        kz: 'CRM-дегі диалогты жауаптыдан алу',
      },
      close: {
        de: 'Dialog im CRM schließen',
        es: 'Cerrar el diálogo en el CRM',
        pt: 'Fechar o diálogo no CRM',
        pl: 'Zamknąć dialog w CRM',
        uk: 'Закрити діалог у CRM',
        kz: 'CRM-дегі диалогты жабу',
      },
      note: {
        de: 'Dialog im CRM lassen, wie er ist',
        es: 'Dejar el diálogo en el CRM como está',
        pt: 'Deixar o diálogo no CRM como está',
        pl: 'Zostawić dialog w CRM bez zmian',
        uk: 'Залишити діалог у CRM як є',
        kz: 'CRM-дегі диалогты сол күйінде қалдыру',
      },
    },
  },
  'console.groups': {
    title: {
      de: 'Konsole in Gruppenchats',
      es: 'Consola en chats de grupo',
      pt: 'Console em chats de grupo',
      pl: 'Konsola w czatach grupowych',
      uk: 'Консоль у групових чатах',
      kz: 'Топтық чаттардағы консоль',
    },
    help: {
      de: 'In einer Gruppe mit dem Bot antworten Mitarbeiter Kunden und bearbeiten Dialoge des CRM, indem sie den Bot erwähnen.',
      es: 'En un grupo con el bot, los empleados responden a los clientes y gestionan los diálogos del CRM mencionando al bot.',
      pt: 'Num grupo com o bot, os funcionários respondem a clientes e gerem diálogos do CRM mencionando o bot.',
      pl: 'W grupie z botem pracownicy odpowiadają klientom i zarządzają dialogami CRM, wspominając bota.',
      uk: 'У групі з ботом співробітники відповідають клієнтам і керують діалогами CRM, згадуючи бота.',
      kz: 'Боты бар топта қызметкерлер ботты атап, клиенттерге жауап береді және CRM диалогтарын басқарады.',
    },
    choices: {
      supervisors: {
        de: 'Gruppen mit dem Aufseher',
        es: 'Grupos con el supervisor',
        pt: 'Grupos com o supervisor',
        pl: 'Grupy z obserwatorem',
        uk: 'Групи зі спостерігачем',
        kz: 'Бақылаушысы бар топтар',
      },
      all: {
        de: 'Gruppen mit einem unserer Bots',
        es: 'Grupos con cualquiera de nuestros bots',
        pt: 'Grupos com qualquer um dos nossos bots',
        pl: 'Grupy z którymkolwiek naszym botem',
        uk: 'Групи з будь-яким нашим ботом',
        kz: 'Кез келген ботымыз бар топтар',
      },
      none: { de: 'Keine', es: 'Ninguno', pt: 'Nenhum', pl: 'Żadne', uk: 'Жодні', kz: 'Ешқандай' },
    },
  },
  'console.employees': {
    title: {
      de: 'Wer sie benutzen darf',
      es: 'Quién puede usarla',
      pt: 'Quem pode usá-lo',
      pl: 'Kto może jej używać',
      uk: 'Кому можна нею користуватися',
      kz: 'Кімге пайдалануға болады',
    },
    wrong: {
      de: 'Nur Nummern, zum Beispiel 1 und 42.',
      es: 'Solo números, por ejemplo 1 y 42.',
      pt: 'Só números, por exemplo 1 e 42.',
      pl: 'Tylko numery, na przykład 1 i 42.',
      uk: 'Лише номери, наприклад 1 і 42.',
      kz: 'Тек нөмірлер, мысалы 1 және 42.',
    },
    help: {
      de: 'Nummern von Bitrix24-Mitarbeitern: Die Adresse eines Profils enthält die Nummer. Leer: alle Mitarbeiter in der Gruppe. Externe dürfen es nie.',
      es: 'Números de empleados de Bitrix24: la dirección de un perfil contiene el número. Vacío: todos los empleados del grupo. Los usuarios externos nunca.',
      pt: 'Números de funcionários do Bitrix24: o endereço de um perfil contém o número. Vazio: todos os funcionários do grupo. Usuários externos nunca.',
      pl: 'Numery pracowników Bitrix24: numer jest w adresie profilu. Puste: każdy pracownik w grupie. Użytkownicy zewnętrzni nigdy.',
      uk: 'Номери співробітників Бітрікс24: номер є в адресі профілю. Порожньо – усім співробітникам групи. Зовнішнім людям не можна ніколи.',
      kz: 'Битрикс24 қызметкерлерінің нөмірлері: нөмір профиль мекенжайында көрінеді. Бос болса – топтың барлық қызметкерлеріне. Сырттан келгендерге ешқашан болмайды.',
    },
  },
};
