/** Reads what a portal says about the app in `app.info`. */
import { isRecord } from '../core/is-record.ts';

export interface AppInfo {
  /**
   * False until an administrator has opened the app after its installation or update: the portal sends no events until then
   * (docs/platform-notes/bitrix24.md#unfinished-installation).
   */
  readonly isInstalled: boolean;
  /** The portal sends no events either, and refuses calls after a while. */
  readonly isPaymentExpired: boolean;
  /** The portal's plan, for example `ru_ent250`; empty where it names none. */
  readonly license: string;
}

/** Null for an answer that is not one. */
export function readAppInfo(answer: unknown): AppInfo | null {
  if (!isRecord(answer) || !('INSTALLED' in answer)) return null;
  const isYes = (value: unknown): boolean => value === true || value === 'Y';
  return {
    isInstalled: isYes(answer['INSTALLED']),
    isPaymentExpired: isYes(answer['PAYMENT_EXPIRED']),
    license: licenseIn(answer),
  };
}

/** Also from an answer that tells nothing else. */
export function licenseIn(answer: unknown): string {
  const license = isRecord(answer) ? answer['LICENSE'] : '';
  return typeof license === 'string' ? license : '';
}
