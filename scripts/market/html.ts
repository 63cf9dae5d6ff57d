/** Turns the texts of the pack into pages that open in a browser by themselves. */

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (sign) => escapes[sign] ?? sign);
}

/** Escapes the text and turns web addresses into links. */
function line(text: string): string {
  return escapeHtml(text).replaceAll(
    /https:\/\/[^\s,;)«»]*[^\s,;)«».:]/g,
    (address) => `<a href="${address}">${address}</a>`,
  );
}

/** Converts headings (`#`, `##`), lists (`- `) and paragraphs to HTML; line breaks inside a paragraph are kept. */
export function bodyOf(text: string): string {
  const blocks: string[] = [];
  let items: string[] = [];
  let lines: string[] = [];
  const flush = (): void => {
    if (items.length > 0) blocks.push(`<ul>\n${items.map((item) => `<li>${line(item)}</li>`).join('\n')}\n</ul>`);
    if (lines.length > 0) blocks.push(`<p>${lines.map(line).join('<br>\n')}</p>`);
    items = [];
    lines = [];
  };
  for (const row of text.split('\n')) {
    const heading = /^(#{1,2}) (.*)$/.exec(row);
    if (heading !== null) {
      flush();
      const level = heading[1]?.length ?? 1;
      blocks.push(`<h${level}>${line(heading[2] ?? '')}</h${level}>`);
    } else if (row.startsWith('- ')) {
      if (lines.length > 0) flush();
      items.push(row.slice(2));
    } else if (row.trim() === '') {
      flush();
    } else {
      if (items.length > 0) flush();
      lines.push(row);
    }
  }
  flush();
  return blocks.join('\n');
}

const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1f2328}' +
  'h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:1.6rem}';

export function pageOf({ language, title, body }: Readonly<Record<'language' | 'title' | 'body', string>>): string {
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
${body}
</body>
</html>
`;
}
