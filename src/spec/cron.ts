interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
}

const fields: readonly Field[] = [
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day of the month', least: 1, most: 31 },
  {
    name: 'month',
    least: 1,
    most: 12,
    names: ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  { name: 'day of the week', least: 0, most: 7, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];

/**
 * What is wrong with a cron expression of five fields, as sentences; empty where nothing is. Each field is a list of `*`, a
 * number or a range, with an optional step; months and days of the week may be named by three letters; Sunday is 0 or 7.
 */
export function cronMistakes(text: string): string[] {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== fields.length) {
    return [`it has ${parts.length} field${parts.length === 1 ? '' : 's'} instead of five (minute hour day month weekday)`];
  }
  return fields.flatMap((field, i) => {
    const part = parts[i] ?? '';
    const mistake = part
      .split(',')
      .map((item) => itemMistake(item, field))
      .find((found) => found !== null);
    return mistake ? [`the ${field.name} ${part} ${mistake}`] : [];
  });
}

function itemMistake(item: string, field: Field): string | null {
  const match = /^(?:\*|([a-z\d]+)(?:-([a-z\d]+))?)(?:\/(\d+))?$/.exec(item.toLowerCase());
  if (match === null) return 'is no number, range, list or step';
  const [, first, second, step] = match;
  if (step !== undefined && Number(step) === 0) return 'steps by nothing';
  const from = first === undefined ? field.least : valueOf(first, field);
  const to = second === undefined ? from : valueOf(second, field);
  if (from === null || to === null) return `is not from ${field.least} to ${field.most}`;
  return from > to ? 'ends before it starts' : null;
}

function valueOf(text: string, field: Field): number | null {
  const value = /^\d+$/.test(text) ? Number(text) : (field.names?.indexOf(text) ?? -1);
  return value >= field.least && value <= field.most ? value : null;
}
