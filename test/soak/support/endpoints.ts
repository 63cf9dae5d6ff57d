/** Every address of the app to which a stranger can post, and the form of its bodies. */

export interface Endpoint {
  readonly path: string;
  readonly type: 'form' | 'json';
  /** The beginning of a body with which the endpoint reads on although no secret is correct. */
  readonly opening: string;
  /** The end of a body, which closes what `opening` has opened. */
  readonly closing: string;
}

export interface Known {
  /** A portal's id; it is not secret, so a stranger may know it. */
  readonly memberId: string;
  /** The last part of a webhook address; a stranger can only guess it. */
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
    form('/api/setup/orders'),
    { path: '/api/connect-codes', type: 'json', opening: '{"brain":"', closing: '"}' },
    { path: `/brains/messagegateway/${webhookSecret}`, type: 'json', opening: '', closing: '' },
    {
      path: `/brains/messagegateway/${webhookSecret}`,
      type: 'json',
      opening: '{"type":"message_sent","data":{"content":"',
      closing: '"}}',
    },
    { path: '/brains/nobody/x', type: 'json', opening: '', closing: '' },
    {
      path: '/messagegateway/connect',
      type: 'json',
      opening: '{"step":"check","code":"AAAA-AAAA-AAAA","values":{"crmUrl":"https://demo.retailcrm.ru","apiKey":"',
      closing: '"}}',
    },
    form('/messagegateway/simple/register', 'register='),
    form('/messagegateway/activity', 'clientId=x&activity='),
    form('/nowhere'),
  ];
}
