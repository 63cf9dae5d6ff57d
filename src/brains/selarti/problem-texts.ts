/** What an administrator reads about errors of Selarti, by code, and about why an account does not work. */
import type { Language } from '../../core/language.ts';

type InAll = Readonly<Record<Language, string>>;

const keyRefused: InAll = {
  en: 'Selarti does not accept the API key. Get a new one in the panel (avatar, “get api key”) and enter it in the settings.',
  ru: 'Selarti не принимает ключ API. Получите новый в панели (аватар, «получить api key») и укажите его в настройках.',
  de: 'Selarti nimmt den API-Schlüssel nicht an. Holen Sie einen neuen im Panel (Avatar, „get api key“) und geben Sie ihn in den Einstellungen an.',
  es: 'Selarti no acepta la clave API. Obtenga una nueva en el panel (avatar, «get api key») e introdúzcala en los ajustes.',
  pt: 'O Selarti não aceita a chave de API. Obtenha uma nova no painel (avatar, “get api key”) e informe-a nas configurações.',
  pl: 'Selarti nie przyjmuje klucza API. Pobierz nowy w panelu (awatar, „get api key”) i wpisz go w ustawieniach.',
  uk: 'Selarti не приймає ключ API. Отримайте новий у панелі (аватар, «get api key») і вкажіть його в налаштуваннях.',
  kz: 'Selarti API кілтін қабылдамайды. Панельден жаңасын алып (аватар, «get api key»), баптауларда көрсетіңіз.',
};

const tokenRefused: InAll = {
  en: 'Selarti no longer accepts the token. Enter a new one in the settings, or an API key, with which tokens are renewed.',
  ru: 'Selarti больше не принимает токен. Укажите в настройках новый или ключ API: с ним токены обновляются сами.',
  de: 'Selarti nimmt das Token nicht mehr an. Geben Sie in den Einstellungen ein neues an oder einen API-Schlüssel, mit dem sich Token erneuern lassen.',
  es: 'Selarti ya no acepta el token. Introduzca en los ajustes uno nuevo o una clave API, con la que se renuevan los tokens.',
  pt: 'O Selarti não aceita mais o token. Informe nas configurações um novo ou uma chave de API, com a qual os tokens são renovados.',
  pl: 'Selarti nie przyjmuje już tokenu. Wpisz w ustawieniach nowy albo klucz API, którym tokeny są odnawiane.',
  uk: 'Selarti більше не приймає токен. Укажіть у налаштуваннях новий або ключ API: з ним токени оновлюються самі.',
  kz: 'Selarti токенді енді қабылдамайды. Баптауларда жаңасын немесе API кілтін көрсетіңіз: кілтпен токендер өздігінен жаңарады.',
};

const wrongAddress: InAll = {
  en: 'There is no Selarti at this host. Correct the host, or the paths.',
  ru: 'По этому адресу нет Selarti. Исправьте адрес или пути.',
  de: 'Unter dieser Adresse gibt es kein Selarti. Korrigieren Sie die Adresse oder die Pfade.',
  es: 'En esta dirección no hay Selarti. Corrija la dirección o las rutas.',
  pt: 'Não há Selarti neste endereço. Corrija o endereço ou os caminhos.',
  pl: 'Pod tym adresem nie ma Selarti. Popraw adres lub ścieżki.',
  uk: 'За цією адресою немає Selarti. Виправте адресу або шляхи.',
  kz: 'Бұл мекенжайда Selarti жоқ. Мекенжайды немесе жолдарды түзетіңіз.',
};

/** By the reason that `checkHealth` gives. */
export const disabledHelp: Readonly<Record<'key_refused' | 'bearer_refused' | 'wrong_address', InAll>> = {
  key_refused: keyRefused,
  bearer_refused: tokenRefused,
  wrong_address: wrongAddress,
};

export const problemTexts: Readonly<Record<string, InAll>> = {
  'selarti.key_refused': keyRefused,
  'selarti.token_refused': tokenRefused,
  'selarti.wrong_address': wrongAddress,
  'selarti.refused': {
    en: 'Selarti refused the call. Check the task of the connection.',
    ru: 'Selarti отклонила обращение. Проверьте задачу подключения.',
    de: 'Selarti hat den Aufruf abgelehnt. Prüfen Sie die Aufgabe der Verbindung.',
    es: 'Selarti rechazó la llamada. Compruebe la tarea de la conexión.',
    pt: 'O Selarti recusou a chamada. Verifique a tarefa da conexão.',
    pl: 'Selarti odrzuciło wywołanie. Sprawdź zadanie połączenia.',
    uk: 'Selarti відхилила звернення. Перевірте задачу підключення.',
    kz: 'Selarti шақыруды қабылдамады. Қосылымның тапсырмасын тексеріңіз.',
  },
  'selarti.throttled': {
    en: 'Selarti asks for fewer calls. Try again in a minute.',
    ru: 'Selarti просит реже обращаться к ней. Повторите через минуту.',
    de: 'Selarti bittet um weniger Aufrufe. Versuchen Sie es in einer Minute noch einmal.',
    es: 'Selarti pide menos llamadas. Inténtelo de nuevo en un minuto.',
    pt: 'O Selarti pede menos chamadas. Tente de novo em um minuto.',
    pl: 'Selarti prosi o mniej wywołań. Spróbuj ponownie za minutę.',
    uk: 'Selarti просить звертатися до неї рідше. Повторіть за хвилину.',
    kz: 'Selarti сирек жүгінуді сұрайды. Бір минуттан кейін қайталаңыз.',
  },
  'selarti.failed': {
    en: 'Selarti does not work right now. Try again later.',
    ru: 'Selarti сейчас не работает. Повторите позже.',
    de: 'Selarti funktioniert gerade nicht. Versuchen Sie es später noch einmal.',
    es: 'Selarti no funciona en este momento. Inténtelo más tarde.',
    pt: 'O Selarti não está funcionando agora. Tente mais tarde.',
    pl: 'Selarti teraz nie działa. Spróbuj później.',
    uk: 'Selarti зараз не працює. Повторіть пізніше.',
    kz: 'Selarti қазір жұмыс істемейді. Кейінірек қайталаңыз.',
  },
  'selarti.unreadable_answer': {
    en: 'Another program answers at this address, not Selarti. Check the host and the paths.',
    ru: 'По этому адресу отвечает не Selarti. Проверьте адрес и пути.',
    de: 'Unter dieser Adresse antwortet nicht Selarti. Prüfen Sie die Adresse und die Pfade.',
    es: 'En esta dirección no responde Selarti. Compruebe la dirección y las rutas.',
    pt: 'Neste endereço não é o Selarti que responde. Verifique o endereço e os caminhos.',
    pl: 'Pod tym adresem nie odpowiada Selarti. Sprawdź adres i ścieżki.',
    uk: 'За цією адресою відповідає не Selarti. Перевірте адресу і шляхи.',
    kz: 'Бұл мекенжайда Selarti жауап бермейді. Мекенжай мен жолдарды тексеріңіз.',
  },
  'selarti.token_busy': {
    en: 'A new token of Selarti is being obtained. Try again in a minute.',
    ru: 'Сейчас получается новый токен Selarti. Повторите через минуту.',
    de: 'Ein neues Token von Selarti wird gerade geholt. Versuchen Sie es in einer Minute noch einmal.',
    es: 'Se está obteniendo un token nuevo de Selarti. Inténtelo de nuevo en un minuto.',
    pt: 'Um novo token do Selarti está sendo obtido. Tente de novo em um minuto.',
    pl: 'Trwa pobieranie nowego tokenu Selarti. Spróbuj ponownie za minutę.',
    uk: 'Зараз отримується новий токен Selarti. Повторіть за хвилину.',
    kz: 'Selarti-дің жаңа токені алынып жатыр. Бір минуттан кейін қайталаңыз.',
  },
};
