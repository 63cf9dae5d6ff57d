/** Quick replies of a message as buttons. */
import type { Button } from '../../../core/events.ts';
import type { Suggestion } from '../api/webhook-shapes.ts';
import { webAddress } from './cards.ts';

/** Most buttons of one message. */
const maxSuggestions = 50;

/** Longest label, which is also the text that the person sends by pressing it. */
const maxLabel = 1_000;

/** Pressing a text sends it; pressing a web address, phone number or e-mail address opens it. Unsafe addresses are left out. */
export function toButtons(suggestions: readonly Suggestion[]): readonly Button[] {
  return suggestions.slice(0, maxSuggestions).flatMap((suggestion): readonly Button[] => {
    const payload = suggestion.payload?.trim() ?? '';
    const label = ((suggestion.title?.trim() ?? '') || payload).slice(0, maxLabel).toWellFormed();
    if (label === '') return [];
    switch (suggestion.type ?? 'text') {
      case 'text':
        return [{ type: 'say', label, text: label }];
      case 'url':
        return link(label, webAddress(payload));
      case 'phone':
        return link(label, phoneLink(payload || label));
      case 'email':
        return link(label, mailLink(payload || label));
      default:
        return [];
    }
  });
}

function link(label: string, url: string | null): readonly Button[] {
  return url === null ? [] : [{ type: 'link', label, url }];
}

function phoneLink(text: string): string | null {
  const digits = text.replaceAll(/[^\d+]/g, '');
  return /^\+?\d{3,15}$/.test(digits) ? `tel:${digits}` : null;
}

function mailLink(text: string): string | null {
  return /^[^\s@]+@[^\s@]+$/.test(text) ? `mailto:${encodeURIComponent(text).replace('%40', '@')}` : null;
}
