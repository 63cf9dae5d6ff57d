/** Undoes the HTML escaping MessageGateway may apply to texts (docs/platform-notes/messagegateway.md#text-cleaning). */
export { decodeEntities as unescapeHtml } from '../../../core/markup/html-entities.ts';
