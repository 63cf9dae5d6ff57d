/** Reads what a portal says about the app in `app.info`. */
import { isRecord } from '../core/is-record.ts';

export interface AppInfo {
  /**
   * False until an administrator has opened the app after its installation or update: the portal sends no events until then
   * (docs/platform-notes/bitrix24.md#unfinished-installation).
   */
  readonly isInstalled: boolean;
  /** Then too the portal sends no events, and after a while it refuses calls. */
  readonly isPaymentExpired: boolean;
  /** The portal's plan, for example `ru_ent250`; empty if it names none. */
  readonly license: string;
}

/** Null if the answer is not one of `app.info`. */
export function readAppInfo(answer: unknown): AppInfo | null {
  if (!isRecord(answer) || !('INSTALLED' in answer)) return null;
  const isYes = (value: unknown): boolean => value === true || value === 'Y';
  return {
    isInstalled: isYes(answer['INSTALLED']),
    isPaymentExpired: isYes(answer['PAYMENT_EXPIRED']),
    license: licenseIn(answer),
  };
}

/** The plan in an answer of `app.info`, even if the answer says nothing else. */
export function licenseIn(answer: unknown): string {
  const license = isRecord(answer) ? answer['LICENSE'] : '';
  return typeof license === 'string' ? license : '';
}
