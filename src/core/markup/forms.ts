/** Reads and writes formatted text in any of the languages a brain may use. */
import { type Markup, plainMarkup, type TextForm } from './markup.ts';
import { readBb } from './read-bb.ts';
import { readHtml } from './read-html.ts';
import { readMarkdown } from './read-markdown.ts';
import { renderBb } from './render-bb.ts';
import { renderHtml } from './render-html.ts';
import { renderMarkdown } from './render-markdown.ts';
import { renderPlain } from './render-plain.ts';

/** The longest text whose formatting is read; nobody reads a longer one in a chat, so it is shown as written. */
const maxFormatted = 100_000;

const readers: Readonly<Record<TextForm, (text: string) => Markup>> = {
  plain: plainMarkup,
  markdown: readMarkdown,
  html: readHtml,
  bbcode: readBb,
};

const renderers: Readonly<Record<TextForm, (nodes: Markup) => string>> = {
  plain: renderPlain,
  markdown: renderMarkdown,
  html: renderHtml,
  bbcode: renderBb,
};

export function readMarkup(text: string, form: TextForm): Markup {
  return text.length > maxFormatted ? plainMarkup(text) : readers[form](text);
}

export function renderMarkup(nodes: Markup, form: TextForm): string {
  return renderers[form](nodes);
}
