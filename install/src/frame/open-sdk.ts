/** Bitrix24's SDK, in a file of its own that is fetched after the page has been shown. */
export { initializeB24Frame } from '@bitrix24/b24jssdk';
