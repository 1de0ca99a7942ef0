/** A piece of HTML or SVG whose texts are escaped. Made by `html` alone. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Part = Markup | string | number | null | readonly Part[];

/** HTML as a template: what is put in is escaped, also within quoted attributes, unless it is markup itself. Null is nothing. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(strings.map((string, i) => string + (i < parts.length ? written(parts[i] ?? null) : '')).join(''));
}

function written(part: Part): string {
  if (part === null) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'number') return escaped(String(part));
  return typeof part === 'string' ? escaped(part) : part.map(written).join('');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** What HTML does not allow in a text, and what turns the direction of the text around it, is shown as what it is: `⟨U+202E⟩`. */
const unseen = /[\p{Cs}\uFFFE\uFFFF\u202A-\u202E\u2066-\u2069\u200E\u200F\u061C]|(?![\t\n])\p{Cc}/gu;

function escaped(text: string): string {
  return text
    .replaceAll(unseen, (character) => `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`)
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}
