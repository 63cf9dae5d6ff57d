/** What an administrator must do about an account that does not work, by the health check's reason. All other reasons are resolved in the CRM. */
import type { Language } from '../../../core/language.ts';
import { neededScopes } from '../api/crm-errors.ts';

const scopes = neededScopes.join(', ');

export const disabledHelp: Readonly<
  Record<'unpaid' | 'key_refused' | 'rights_missing' | 'no_account' | 'moved', Readonly<Record<Language, string>>>
> = {
  unpaid: {
    en: 'Top up the account in the CRM; it goes on by itself.',
    ru: 'Пополните счёт в CRM: дальше всё пойдёт само.',
    de: 'Laden Sie das Guthaben im CRM auf; dann geht es von selbst weiter.',
    es: 'Recargue el saldo de la cuenta en el CRM; después continúa solo.',
    pt: 'Recarregue o saldo da conta no CRM; depois continua sozinho.',
    pl: 'Doładuj konto w CRM; dalej działa samo.',
    uk: 'Поповніть рахунок у CRM: далі все піде само.',
    kz: 'CRM-дегі шотты толтырыңыз: әрі қарай өздігінен жұмыс істейді.',
  },
  key_refused: {
    en: 'Make a new key in the service and enter it in the settings.',
    ru: 'Создайте в сервисе новый ключ и укажите его в настройках.',
    de: 'Erstellen Sie im Dienst einen neuen Schlüssel und geben Sie ihn in den Einstellungen an.',
    es: 'Cree una clave nueva en el servicio e introdúzcala en los ajustes.',
    pt: 'Crie uma chave nova no serviço e informe-a nas configurações.',
    pl: 'Utwórz w usłudze nowy klucz i wpisz go w ustawieniach.',
    uk: 'Створіть у сервісі новий ключ і вкажіть його в налаштуваннях.',
    kz: 'Сервисте жаңа кілт жасап, оны баптауларда көрсетіңіз.',
  },
  rights_missing: {
    en: `Give the API key the missing rights in the CRM (${scopes}), or enter another key.`,
    ru: `Дайте ключу API недостающие права в CRM (${scopes}) или укажите другой ключ.`,
    de: `Geben Sie dem API-Schlüssel im CRM die fehlenden Rechte (${scopes}) oder geben Sie einen anderen Schlüssel an.`,
    es: `Dé a la clave API los permisos que le faltan en el CRM (${scopes}) o introduzca otra clave.`,
    pt: `Dê à chave de API as permissões que faltam no CRM (${scopes}) ou informe outra chave.`,
    pl: `Nadaj kluczowi API brakujące uprawnienia w CRM (${scopes}) lub wpisz inny klucz.`,
    uk: `Надайте ключу API права, яких бракує, у CRM (${scopes}) або вкажіть інший ключ.`,
    kz: `CRM-де API кілтіне жетіспейтін құқықтарды (${scopes}) беріңіз немесе басқа кілтті көрсетіңіз.`,
  },
  no_account: {
    en: 'Connect the service again with the right address.',
    ru: 'Подключите сервис заново с правильным адресом.',
    de: 'Verbinden Sie den Dienst mit der richtigen Adresse neu.',
    es: 'Conecte el servicio de nuevo con la dirección correcta.',
    pt: 'Conecte o serviço de novo com o endereço certo.',
    pl: 'Połącz usługę ponownie, podając właściwy adres.',
    uk: 'Підключіть сервіс знову з правильною адресою.',
    kz: 'Сервисті дұрыс мекенжаймен қайта қосыңыз.',
  },
  moved: {
    en: 'Connect the service again at its new address.',
    ru: 'Подключите сервис заново по новому адресу.',
    de: 'Verbinden Sie den Dienst unter seiner neuen Adresse neu.',
    es: 'Conecte el servicio de nuevo en su nueva dirección.',
    pt: 'Conecte o serviço de novo no novo endereço.',
    pl: 'Połącz usługę ponownie pod nowym adresem.',
    uk: 'Підключіть сервіс знову за новою адресою.',
    kz: 'Сервисті жаңа мекенжай бойынша қайта қосыңыз.',
  },
};
