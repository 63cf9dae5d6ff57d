/**
 * Tells the UI kit whether the page is in a browser or in one of Bitrix24's own apps. The kit's plugin does it too, but writes a style element,
 * which the content security policy forbids.
 */

export function applyPlatform(): void {
  const mobile = /BitrixMobile\/Version=(\d+)/.exec(navigator.userAgent)?.[1];
  const desktop = /BitrixDesktop\/([\d.]+)/.exec(navigator.userAgent)?.[1];
  const { dataset } = document.documentElement;
  dataset['platform'] = mobile !== undefined ? 'bitrix-mobile' : desktop !== undefined ? 'bitrix-desktop' : 'web';
  dataset['version'] = mobile ?? desktop ?? 'air';
}
