/** Puts values into a page's template. */

/** Replaces `{{name}}` by the value of that name, escaped for text and quoted attributes; by nothing if there is none. */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{\{(\w{1,40})\}\}/g, (_, name: string) =>
    escapeHtml(Object.hasOwn(values, name) ? (values[name] ?? '') : ''),
  );
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
