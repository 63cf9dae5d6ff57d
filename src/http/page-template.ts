/** Puts values into a page's template. */
import { encodeEntities } from '../core/markup/html-entities.ts';

/** Replaces `{{name}}` by the value of that name, escaped for text and quoted attributes; by nothing if there is none. */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{\{(\w{1,40})\}\}/g, (_, name: string) =>
    encodeEntities(Object.hasOwn(values, name) ? (values[name] ?? '') : ''),
  );
}
