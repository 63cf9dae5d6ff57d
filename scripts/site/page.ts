/** The page of the site in one language. It needs no script and loads nothing from other servers. */
import { escapeHtml } from '../market/html.ts';
import type { Fact, SiteWords } from './words.ts';

export interface SitePageOptions {
  readonly words: SiteWords;
  /** The icon as SVG. */
  readonly icon: string;
  /** Address of the same page in the other language. */
  readonly otherPage: string;
  /** Turns a path relative to `docs/site` into the link for readers of the page. */
  readonly linkTo: (path: string) => string;
}

/** Text with `code` between backticks. */
const text = (words: string): string => escapeHtml(words).replaceAll(/`([^`]*)`/g, '<code>$1</code>');

const list = (items: readonly string[]): string => items.map((item) => `<li>${item}</li>`).join('\n');

const pairs = (items: readonly (readonly [string, string])[]): string =>
  list(items.map(([title, words]) => `<h3>${text(title)}</h3><p>${text(words)}</p>`));

function section(id: string, title: string, body: readonly string[]): string {
  return [
    `<section id="${id}" aria-labelledby="${id}-title">`,
    `<h2 id="${id}-title">${text(title)}</h2>`,
    ...body,
    '</section>',
  ].join('\n');
}

/** A table; the cells are HTML already, and the first cell of each row is its heading. */
function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = columns.map((column) => `<th scope="col">${text(column)}</th>`).join('');
  const body = rows.map(([first = '', ...others]) => {
    const cells = others.map((cell, at) => `<td data-column="${escapeHtml(columns[at + 1] ?? '')}">${cell}</td>`);
    return `<tr><th scope="row">${first}</th>${cells.join('')}</tr>`;
  });
  return `<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body.join('\n')}\n</tbody>\n</table>`;
}

const fact = ({ text: words, source, href }: Fact): string =>
  `${text(words)} (<a href="${escapeHtml(href)}">${escapeHtml(source)}</a>)`;

export function sitePage({ words, icon, otherPage, linkTo }: SitePageOptions): string {
  const { language, promise, road, sandbox, brains, comparison, add, limits, footer } = words;
  const otherLanguage = language === 'en' ? 'ru' : 'en';
  const link = (title: string, path: string): string => `<a href="${escapeHtml(linkTo(path))}">${text(title)}</a>`;
  const brainRows = brains.rows.map(({ name, who, how, document }) => [
    document === undefined ? text(name) : link(name, document),
    text(who),
    text(how),
  ]);
  const comparisonRows = comparison.rows.map(({ question, ours, others }) => [
    text(question),
    text(ours),
    `<ul>${others.map((one) => `<li>${fact(one)}</li>`).join('')}</ul>`,
  ]);
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(words.title)}</title>
<meta name="description" content="${escapeHtml(words.summary)}">
<link rel="alternate" hreflang="${otherLanguage}" href="${otherPage}">
<link rel="stylesheet" href="site.css">
</head>
<body>
<header>
<div class="top">
<div class="name">${icon}Bot Bridge</div>
<a href="${otherPage}" hreflang="${otherLanguage}" lang="${otherLanguage}">${words.otherLanguage}</a>
</div>
<h1>${text(words.summary)}</h1>
<p class="lead">${text(words.lead)}</p>
<div class="actions"><a href="#sandbox">${text(words.tryIt)}</a>${link(words.readMore, '../../README.md')}</div>
</header>
<main>
${section('promise', promise.title, [`<ul class="cards">\n${pairs(promise.items)}\n</ul>`])}
${section('road', road.title, [
  `<p>${text(road.intro)}</p>`,
  `<ol class="road">\n${pairs(road.steps)}\n</ol>`,
  `<p>${text(road.outro)}</p>`,
])}
${section('sandbox', sandbox.title, [
  `<p>${text(sandbox.intro)}</p>`,
  '<pre><code>npm ci\nnpm run sandbox</code></pre>',
  ...sandbox.after.map((words) => `<p>${text(words)}</p>`),
])}
${section('brains', brains.title, [`<p>${text(brains.intro)}</p>`, table(brains.columns, brainRows)])}
${section('comparison', comparison.title, [
  `<p>${text(comparison.intro)}</p>`,
  table(comparison.columns, comparisonRows),
])}
${section('add', add.title, [
  `<p>${text(add.intro)}</p>`,
  `<ol class="steps">\n${list(add.steps.map(text))}\n</ol>`,
  `<p>${link(add.more, add.moreHref)}</p>`,
])}
${section('limits', limits.title, [`<ul class="limits">\n${list(limits.items.map(text))}\n</ul>`])}
</main>
<footer>
<p>${text(footer.licence)}</p>
<nav aria-label="${language === 'en' ? 'Documents' : 'Документы'}">${footer.documents.map(([title, href]) => link(title, href)).join('\n')}</nav>
</footer>
</body>
</html>
`;
}
