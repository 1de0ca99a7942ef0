import { html, type Markup, type Part } from './markup.ts';

/** A part of the page with a heading, by which it can be found and named. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Part;
}

export function section({ id, title, body }: Section): Markup {
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    ${body}
  </section>`;
}

/** Terms with what they are; those that are null are left out. */
export function facts(entries: readonly (readonly [term: string, value: Part])[]): Markup {
  const known = entries.filter(([, value]) => value !== null);
  return html`<dl>
    ${known.map(
      ([term, value]) =>
        html`<div>
          <dt>${term}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

/**
 * A table whose first cell of each row is the row's heading. It can be scrolled by keyboard where it is wider than the page.
 * @param id unique in the page; the caption is too, since it names the region
 */
export function table(of: {
  readonly id: string;
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly Part[])[];
}): Markup {
  const { id, caption, head, rows } = of;
  const cells = ([first, ...others]: readonly Part[]) =>
    html`<tr>
      <th scope="row">${first ?? null}</th>
      ${others.map((cell) => html`<td>${cell}</td>`)}
    </tr>`;
  return html`<div class="wide" role="region" aria-labelledby="${id}" tabindex="0">
    <table>
      <caption id="${id}">
        ${caption}
      </caption>
      <thead>
        <tr>
          ${head.map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(cells)}
      </tbody>
    </table>
  </div>`;
}

export function list(items: readonly Part[]): Markup {
  return html`<ul>
    ${items.map((item) => html`<li>${item}</li>`)}
  </ul>`;
}

/** A time, which programs can read too. */
export function moment(at: Date | string): Markup {
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')} UTC</time>`;
}

/** What is to be compared character by character. */
export const code = (text: string): Markup => html`<code>${text}</code>`;
