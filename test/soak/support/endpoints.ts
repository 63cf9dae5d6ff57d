/** Every address of the app a stranger can post to, and what a body there looks like. */

export interface Endpoint {
  readonly path: string;
  readonly type: 'form' | 'json';
  /** Begins a body there that is read further than a body without it; without any right secret. */
  readonly opening: string;
  /** Closes what the opening has begun. */
  readonly closing: string;
}

export interface Known {
  /** Ids are no secrets: a stranger may know a portal's. */
  readonly memberId: string;
  /** The last part of a webhook address; a guess in a stranger's hand. */
  readonly webhookSecret: string;
  readonly domain: string;
}

const form = (path: string, opening = ''): Endpoint => ({ path, type: 'form', opening, closing: '' });

export function endpointsOf({ memberId, webhookSecret, domain }: Known): readonly Endpoint[] {
  const sender = `auth%5Bmember_id%5D=${memberId}&auth%5Bapplication_token%5D=${'0'.repeat(32)}`;
  const page = `?DOMAIN=${encodeURIComponent(domain)}&PROTOCOL=0&LANG=en&APP_SID=${'a'.repeat(32)}`;
  const visitor = `AUTH_ID=${'a'.repeat(44)}&AUTH_EXPIRES=3600&REFRESH_ID=${'b'.repeat(40)}&member_id=${memberId}&`;
  const event = (name: string): string => `event=${name}&${sender}&`;
  return [
    form('/bitrix24/events'),
    form('/bitrix24/events', event('ONIMBOTMESSAGEADD')),
    form('/bitrix24/events', event('ONAPPINSTALL')),
    form(`/bitrix24/install${page}`),
    form(`/bitrix24/install${page}`, visitor),
    form(`/bitrix24/app${page}`, visitor),
    form(`/bitrix24/settings-form${page}`, visitor),
    form('/bitrix24/app/set-up'),
    form('/bitrix24/app/connect-code?brain=messagegateway'),
    { path: `/brains/messagegateway/${webhookSecret}`, type: 'json', opening: '', closing: '' },
    {
      path: `/brains/messagegateway/${webhookSecret}`,
      type: 'json',
      opening: '{"type":"message_sent","data":{"content":"',
      closing: '"}}',
    },
    { path: '/brains/nobody/x', type: 'json', opening: '', closing: '' },
    form('/messagegateway/connect', 'account=https%3A%2F%2Fdemo.retailcrm.ru&code=AAAA-AAAA-AAAA&key='),
    form('/messagegateway/simple/register', 'register='),
    form('/messagegateway/activity', 'clientId=x&activity='),
    form('/nowhere'),
  ];
}
