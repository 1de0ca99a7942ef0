/** Temporal refuses a workflow task whose summaries are longer, in bytes, and a refused task stalls the workflow for good. */
const longestSummary = 390;

/** One line that is short enough for a summary, whatever a person wrote into it. */
export function summary(text: string): string {
  let bytes = 0;
  let line = '';
  for (const character of text.replaceAll(/\s+/g, ' ')) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (bytes > longestSummary - 3) return `${line}…`;
    line += character;
  }
  return line;
}
