/** What the app asks of the Bitrix24 page around its frame. Outside of a frame every call does nothing. */
import type { B24Frame } from '@bitrix24/b24jssdk';

const isFramed = window.parent !== window;

let opening: Promise<B24Frame | null> | null = null;

/** Null outside of a frame, or when the portal does not answer: the pages work without it. */
function openFrame(): Promise<B24Frame | null> {
  if (!isFramed) return Promise.resolve(null);
  opening ??= import('./open-sdk.ts').then(({ initializeB24Frame }) => initializeB24Frame()).catch(() => null);
  return opening;
}

/** Tells Bitrix24 that the set-up is through, so that events begin to come. Bitrix24 then opens the app anew. False outside of a frame. */
export async function finishInstallation(): Promise<boolean> {
  const frame = await openFrame();
  if (frame === null) return false;
  // Bitrix24's script refuses it where the installation is through already.
  return await frame.installFinish().then(
    () => true,
    () => false,
  );
}

/** Opens a chat of the messenger beside the page. False when there is no messenger around. */
export async function openChat(dialogId: string): Promise<boolean> {
  const frame = await openFrame();
  if (frame === null) return false;
  await frame.parent.imOpenMessenger(dialogId as unknown as number);
  return true;
}

/**
 * A token of the visitor; null outside of a frame, and where the portal gives none.
 *
 * @param isFresh asks the portal for a new one; otherwise the known one serves until its time is over
 */
export async function visitorToken(isFresh: boolean): Promise<string | null> {
  const frame = await openFrame();
  if (frame === null) return null;
  const known = frame.auth.getAuthData();
  if (known !== false && !isFresh) return known.access_token;
  const fresh = await frame.auth.refreshAuth().catch(() => false as const);
  if (fresh !== false) return fresh.access_token;
  return known === false ? null : known.access_token;
}

/** Whether the portal can open the app anew in the frame around the page. */
export const canReopen = isFramed;

/** Lets the portal open the app anew, as if it was chosen in its menu. */
export async function reopenApp(): Promise<void> {
  const frame = await openFrame();
  await frame?.parent.reloadWindow();
}

/** Bitrix24's SDK is as large as the page itself: it comes after what the reader waits for, also where the browser is slow. */
const sdkAfterMs = 1_500;

/** Keeps the frame as high as its page, so that only the portal scrolls. */
export function keepFrameFitting(element: HTMLElement): void {
  if (!isFramed) return;
  const fit = async (): Promise<void> => {
    const frame = await openFrame();
    // Fails only when the page is being closed.
    await frame?.parent.fitWindow().catch(() => undefined);
  };
  setTimeout(() => new ResizeObserver(() => void fit()).observe(element), sdkAfterMs);
}
