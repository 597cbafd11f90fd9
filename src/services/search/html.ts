/** HTML to the text that a reader sees: no markup, no addresses of links and pictures, no scripts or styles. */
import type { HtmlToTextOptions } from 'html-to-text'
import { once } from '../../base/later.ts'

/** 244 KB take 55 ms of the node's one thread, and nobody writes more than this by hand. */
export const HTML_CHARS_MAX = 300_000
const DEPTH_MAX = 200

const HEADINGS = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6']
const OPTIONS: HtmlToTextOptions = {
  wordwrap: false,
  limits: { maxDepth: DEPTH_MAX, maxInputLength: HTML_CHARS_MAX },
  selectors: [
    { selector: 'a', options: { ignoreHref: true } },
    { selector: 'img', format: 'skip' },
    // The default puts the cells of a row next to each other, which makes one word of two.
    { selector: 'td', format: 'block' },
    { selector: 'th', format: 'block' },
    ...HEADINGS.map(selector => ({ selector, options: { uppercase: false } })),
  ],
}

export type HtmlReader = (html: string) => string

/** The library and its parser come with the first message. */
const converter = once(async () => (await import('html-to-text')).compile(OPTIONS))

export async function htmlReader(): Promise<HtmlReader> {
  const convert = await converter()
  return html => convert(html.slice(0, HTML_CHARS_MAX))
}
