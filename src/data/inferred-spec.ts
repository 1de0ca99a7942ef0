import type { ColumnFacts } from './column-facts.ts';
import type { Inferred } from './infer.ts';

/** The text of a pawl.yaml with what was concluded and why, and with the defaults as comments. */
export function writeSpec(inferred: Inferred): string {
  const { model, files, rows, label, timestamp, unique, features, leftOut } = inferred;
  const marks = [
    ...new Set(
      [label.column, ...features.map(({ column }) => column), ...(timestamp === null ? [] : [timestamp])].flatMap(
        (column) => column.marks,
      ),
    ),
  ];
  const lines = features.map(({ column, warning }) => ({
    text: `    ${scalar(column.name)}: ${feature(column)}`,
    comment: note(column, warning),
  }));
  const width = Math.min(60, Math.max(...lines.map(({ text }) => text.length)));
  return `# Written by \`pawl init\` from ${oneLine(files)} (${rows.toLocaleString('en')} rows). Read it through: what follows is what the values look like.
model: ${scalar(model)}
task: ${label.task}${label.doubt === null ? '' : `    # CHECK: ${label.doubt}`}
owner: me                    # who answers for the model
description: ${scalar(`Predicts ${label.column.name}.`)}

source:
  files: ${scalar(files)}    # CSV or Parquet; a folder or a glob such as data/*.parquet takes new files in

contract:
${timestampLines(inferred)}
  label: ${scalar(label.column.name)}    # ${label.because}; ${describe(label.column)}
${marks.length === 0 ? '' : `  missing: [${marks.map(scalar).join(', ')}]    # stand for a missing value, beside an empty cell\n`}  features:
${lines.map(({ text, comment }) => (comment === '' ? text : `${text.padEnd(width)}  # ${comment}`)).join('\n')}
${leftOut.map(({ column, because }) => `    # ${oneLine(scalar(column.name))} stays out: it ${because}\n`).join('')}${
    unique.length === 0 ? '' : `  unique: [${unique.map(scalar).join(', ')}]\n`
  }  rows: { at_least: ${Math.max(2, roundDown(rows / 2))} }
  quarantine: { at_most: ${quarantine(inferred)} }    # rows that break a rule are set aside, up to this share
${timestamp === null ? '' : '  # freshness: 2d            # oldest allowed age of the newest row\n'}
# From here on everything has a default; these are some of them.
# training:
${timestamp === null ? '' : '#   window: 90d              # learn from the newest rows only\n'}#   trainer: gbt               # or logistic, or command: your own (docs/trainers.md)
#   params: { trees: 200, leaves: 31, learning_rate: 0.1 }

evaluation:
  holdout: { newest: 20% }   # no version learns from these rows${timestamp === null ? ', the last of the source' : '; a duration such as 7d is fine too'}
  gates:
    - ${label.task === 'regression' ? 'mae: { better_than_champion_by: 2% }' : 'accuracy: { better_than_champion_by: 0.02 }'}

# release:
#   approval: none             # required: somebody other than the one who asked
#   ramp: [5%, 25%, 50%, 100%]
#   step: { for: 10m, at_least: 1000 requests }
#   bake: 1h

# monitor:
#   retrain_after: 1000 labels
#   cooldown: 6h

# schedule: "0 3 * * 1"        # also retrain every Monday at three, UTC
`;
}

function timestampLines({ timestamp }: Inferred): string {
  if (timestamp === null)
    return '  # timestamp: ...           # no column holds times (ISO 8601): rows keep the order of the source';
  return `  timestamp: ${scalar(timestamp.name)}    # event time, UTC where the values name no zone`;
}

function feature({ kind, min, max, values, missing, rows }: ColumnFacts): string {
  const parts = [`type: ${kind === 'text' ? 'category' : kind}`];
  if (kind === 'number' && min !== null && max !== null) {
    // Only ranges that are in the nature of the thing: what is largest so far need not be the largest ever.
    if (min >= 0) parts.push('min: 0');
    if (min >= 0 && max <= 1) parts.push('max: 1');
  }
  if (kind === 'text' && values.length > 0) parts.push(`values: [${values.map(scalar).join(', ')}]`);
  if (missing > 0) parts.push(`nullable: ${Math.min(100, Math.ceil((missing / rows) * 200))}%`);
  return `{ ${parts.join(', ')} }`;
}

function note(column: ColumnFacts, warning: string | null): string {
  const facts = [
    column.kind === 'number' ? `${column.min} to ${column.max}` : '',
    column.missing === 0 ? '' : `${((column.missing / column.rows) * 100).toFixed(1)}% missing`,
  ];
  return [...(warning === null ? [] : [`CHECK: ${oneLine(warning)}`]), ...facts.filter((fact) => fact !== '')].join('; ');
}

function describe({ kind, min, max, values, distinct }: ColumnFacts): string {
  if (kind === 'number' && distinct > 2) return `${min} to ${max}`;
  if (distinct > 2 && values.length !== distinct) return `${distinct} classes`;
  if (distinct > 2) return `${distinct} classes: ${values.map((value) => oneLine(scalar(value))).join(', ')}`;
  return values.length > 0 ? values.map((value) => oneLine(scalar(value))).join(' or ') : `${min} or ${max}`;
}

/** Twice the share of rows without a label or a time, so that they do not stop the first release. */
function quarantine({ label, timestamp, rows }: Inferred): string {
  const broken = label.column.missing + (timestamp?.missing ?? 0);
  return `${Math.min(100, Math.max(1, Math.ceil((broken / rows) * 200)))}%`;
}

/** 17379 -> 17000: two digits that count. */
function roundDown(count: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, count))) - 1);
  return Math.floor(count / unit) * unit;
}

/** A text as YAML, also inside of brackets. */
function scalar(text: string): string {
  const plain = /^[A-Za-z][\w./-]*(?: [\w./-]+)*$/.test(text) && !/^(?:true|false|null|y|n|yes|no|on|off)$/i.test(text);
  return plain ? text : JSON.stringify(text);
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ');
}
