/** Turns answers of the CRM into sentences an administrator can act on (docs/platform-notes/messagegateway.md#crm-errors). */
import { type AppError, RemoteRefused, RemoteUnreachable } from '../../../core/errors.ts';

/** A refusal of the CRM: one message, and details by field or as a list. */
export interface CrmAnswer {
  readonly status: number;
  /** Where a redirect points to, or null. */
  readonly location: string | null;
  /** Null: the answer was not a JSON object. */
  readonly body: { readonly message: string; readonly details: readonly string[] } | null;
  /** The answer was an HTML page. */
  readonly isPage: boolean;
}

/** The scopes a module with bot and transport needs. */
export const neededScopes = ['integration_read', 'integration_write'] as const;

/** @param account host of the account, @param isEdit whether the call registered the module */
export function crmError(answer: CrmAnswer, account: string, isEdit: boolean): AppError {
  const { status, body } = answer;
  const refused = (code: string, message: string): AppError =>
    new RemoteRefused({ code: `messagegateway.${code}`, message, status, report: true });
  if (answer.location !== null) {
    return refused('crm_moved', `${account} answers with a redirect to ${answer.location}; connect with that address`);
  }
  const said = body?.message.replace(/\.$/, '') ?? '';
  if (status >= 500) {
    return new RemoteUnreachable({
      code: 'messagegateway.crm_away',
      message: `${account} failed (${status})`,
      fate: 'unknown',
    });
  }
  if (/Account does not exist/i.test(said) || answer.isPage || (status === 404 && said === '')) {
    return refused('crm_no_account', `there is no CRM account at ${account}; check the address`);
  }
  if (/Wrong "apiKey" value/i.test(said) || (status === 401 && said === '')) {
    return refused(
      'crm_wrong_key',
      `${account} does not know this API key; create one in the CRM settings (Integration, API keys)`,
    );
  }
  if (/"apiKey" is missing/i.test(said)) return refused('crm_no_key', `${account} was given no API key`);
  if (status === 402) {
    return refused(
      'crm_unpaid',
      `the account ${account} has not enough money to switch the module on; top it up and join again`,
    );
  }
  if (/Access denied/i.test(said) || status === 403) return missingScopes(neededScopes, account);
  const details = body === null || body.details.length === 0 ? '' : `: ${body.details.join('; ')}`;
  if (isEdit && details === '') {
    const why = said === '' ? '' : ` (${said})`;
    return refused(
      'crm_chats_off',
      `${account} refused to register the module${why}; check that chats are switched on in the CRM settings`,
    );
  }
  return refused('crm_refused', `${account} refused (${status}): ${said === '' ? 'without a reason' : said}${details}`);
}

/** The error for a key that lacks rights; it names them. */
export function missingScopes(scopes: readonly string[], account: string): RemoteRefused {
  return new RemoteRefused({
    code: 'messagegateway.crm_scopes',
    status: 403,
    report: true,
    message: `the API key of ${account} lacks rights: ${scopes.join(', ')}; grant them to the key in the CRM settings and join again`,
  });
}

/** The error for an answer that does not follow the CRM's protocol. */
export function crmGarbage(account: string): RemoteUnreachable {
  return new RemoteUnreachable({
    code: 'messagegateway.crm_garbage',
    message: `${account} did not answer as a CRM does; check the address`,
    fate: 'unknown',
  });
}
