/** A page of a portal that opens the app in a frame, as Bitrix24 does: it posts the form into the frame and answers the requests of Bitrix24's script. */
import type { Page } from 'playwright-core';

export interface FrameForm {
  /** Address of the app's page, with its query. */
  readonly url: string;
  /** The form, encoded. */
  readonly body: string;
}

/** Goes to an empty page of the portal, at an address that the portal does not know. `openFrame` then opens the app in it. */
export async function openPortalPage(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/an-address-without-a-page`);
}

/** Posts the form into a new frame; does not wait for it. */
export async function openFrame(page: Page, form: FrameForm): Promise<void> {
  const url = new URL(form.url);
  const fields = [...new URLSearchParams(form.body)];
  const name = `${new URL(page.url()).host}|${url.searchParams.get('PROTOCOL') ?? '0'}|${url.searchParams.get('APP_SID') ?? ''}`;
  await page.evaluate(`(${postInto})(${JSON.stringify({ name, url: form.url, fields })})`);
}

/** Runs in the page. */
const postInto = `({ name, url, fields }) => {
  const given = Object.fromEntries(fields);
  const query = new URL(url).searchParams;
  const data = {
    LANG: query.get('LANG'),
    DOMAIN: query.get('DOMAIN'),
    PROTOCOL: query.get('PROTOCOL'),
    PATH: '/rest',
    AUTH_ID: given.AUTH_ID,
    AUTH_EXPIRES: given.AUTH_EXPIRES,
    REFRESH_ID: given.REFRESH_ID,
    MEMBER_ID: given.member_id,
    IS_ADMIN: true,
    PLACEMENT: 'DEFAULT',
    USER_OPTIONS: {},
    APP_OPTIONS: {},
  };
  window.addEventListener('message', ({ data: asked, source, origin }) => {
    if (typeof asked !== 'string') return;
    const parts = asked.split(':');
    // The command, JSON, the id of the callback and the session; empty parts are left out.
    const isForData = parts[0] === 'getInitData' || parts[0] === 'refreshAuth';
    source.postMessage(parts.at(-2) + ':' + JSON.stringify(isForData ? data : { result: true }), { targetOrigin: origin });
  });
  const frame = document.createElement('iframe');
  frame.name = name;
  frame.width = '1280';
  frame.height = '900';
  const form = document.createElement('form');
  form.method = 'post';
  form.action = url;
  form.target = name;
  for (const [key, value] of fields) {
    const field = document.createElement('input');
    field.type = 'hidden';
    field.name = key;
    field.value = value;
    form.append(field);
  }
  document.body.append(frame, form);
  form.submit();
}`;
