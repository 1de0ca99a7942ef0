import { createHash } from 'node:crypto';
import { html, Markup, type Part } from './markup.ts';
import { type Section, section } from './parts.ts';
import { style } from './style.ts';

/** A browser that reads this loads nothing, runs nothing and styles by the one sheet in the page, whatever a text may hold. */
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** One self-contained page: no scripts, nothing from elsewhere. */
export function document(page: {
  readonly title: string;
  readonly lead: Part;
  readonly sections: readonly Section[];
  readonly foot: Part;
}): string {
  const { title, lead, sections, foot } = page;
  const contents = html`<nav aria-label="Contents">
    <ul>
      ${sections.map(({ id, title: name }) => html`<li><a href="#${id}">${name}</a></li>`)}
    </ul>
  </nav>`;
  return `<!doctype html>\n${
    html`<html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        ${styleSheet}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the contents of the report</a>
        <header>
          <h1>${title}</h1>
          ${lead}
        </header>
        ${contents}
        <main id="main" tabindex="-1">${sections.map((one) => html`${section(one)} `)}</main>
        <footer>${foot}</footer>
      </body>
    </html>`.text
  }\n`;
}

/** A sheet is no text: it is not escaped. It holds nothing of others. */
const styleSheet = new Markup(`<style>${style}</style>`);
