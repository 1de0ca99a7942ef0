import { metricsText, when } from './output.ts';
import type { WhyAnswer } from './why-answer.ts';

/** The answer in plain sentences, one subject a paragraph. */
export function whyText(why: WhyAnswer): string {
  const paragraphs = [answered(why), labelled(why), routed(why), made(why), letThrough(why), led(why)];
  return paragraphs
    .filter((lines) => lines.length > 0)
    .flat()
    .join('\n');
}

function answered({ id, model, answer, answers, shadows }: WhyAnswer): string[] {
  const by = answer.key === null ? 'a caller without key' : `the caller ${answer.key}`;
  const who =
    answer.role === 'default'
      ? `No version could answer, so the default answer of ${model} was given`
      : answer.role === 'shadow'
        ? `The answer that the caller got is not in the log; v${answer.version}, asked beside, said`
        : `v${answer.version} of ${model} answered as ${answer.role}`;
  return [
    `${id}: ${who}: ${saying(answer)}, to ${by} at ${when(answer.at)} UTC.`,
    ...(answers > 1 ? [`  The id was answered ${answers} times; this is the newest.`] : []),
    `  row       ${rowText(answer.row)}`,
    ...shadows.map((shadow) => `  beside it v${shadow.version} said ${saying(shadow)}, as a shadow`),
  ];
}

function labelled({ answer, label }: WhyAnswer): string[] {
  if (label === null) return ['  label     none yet'];
  const agrees = label.label === answer.prediction ? ', as predicted' : '';
  const observed = label.observedAt === null ? '' : `, observed ${when(label.observedAt)} UTC`;
  return [`  label     ${label.label}${agrees}${observed}, received ${when(label.receivedAt)} UTC`];
}

function routed({ traffic, answer }: WhyAnswer): string[] {
  if (traffic === null) return ['  traffic   the registry does not know the revision that was in force'];
  const { revision, champion, because, from } = traffic;
  const until = traffic.until === null ? 'in force still' : `in force until ${when(traffic.until)} UTC`;
  const who = champion === null ? 'nobody answers' : `champion v${champion}`;
  return [
    `  traffic   revision ${revision}, from ${when(from)} UTC, ${until}: ${who}${trialText(traffic)}`,
    `            because: ${because}`,
    ...sideText(traffic, answer),
    `            ${stepText(traffic)}`,
  ];
}

type Traffic = NonNullable<WhyAnswer['traffic']>;

function trialText({ challenger, share, shadowShare, segments }: Traffic): string {
  if (challenger === null) return '';
  const whom = segments === null ? 'of the callers' : `of the callers in ${segments.join(', ')}`;
  const beside = shadowShare === 0 ? '' : `, the other side asked beside for ${percent(shadowShare)} of the requests`;
  return `, challenger v${challenger} with ${percent(share)} ${whom}${beside}`;
}

/** Where the split puts the caller, and what may have been in its way. */
function sideText({ place, share, assigned }: Traffic, answer: WhyAnswer['answer']): string[] {
  const side = place !== null && place < share ? 'challenger' : 'champion';
  const placed = place === null ? [] : [`            the caller's key falls at ${percent(place)}, on the ${side}'s side`];
  if (assigned === null || answer.role === 'shadow' || answer.version === assigned) return placed;
  return [
    ...placed,
    `            the split gives v${assigned}: it was not ready, failed or was late, or the caller asked for another version, opted out or is in no segment of the rollout`,
  ];
}

function stepText({ step, writer }: Traffic): string {
  if (step === null) {
    if (writer === 'rollout' || writer === 'drill') return 'no rollout was running';
    return `written for a person${writer === 'break-glass' ? ', past the workflows' : ''}`;
  }
  const { stage, ended } = step;
  const end = ended === null ? '' : `; ${when(ended.at)} UTC ${ended.action}: ${ended.because}`;
  return `step of the rollout: ${stage ?? 'it runs still'}${end}`;
}

function made({ version, release }: WhyAnswer): string[] {
  if (version === null) return [];
  const metrics = metricsText(version.metrics);
  const lines = [
    `  version   v${version.version}, ${version.copyOf === null ? '' : `a copy of v${version.copyOf} for a drill, `}${version.endpoint === null ? version.trainer : `the endpoint ${version.endpoint}`}, registered ${when(version.registeredAt)} UTC${metrics === '' ? '' : `: ${metrics}`}`,
  ];
  if (release === null) return [...lines, '            made by no release'];
  const { trigger } = release;
  const end = release.outcome === null ? 'runs still' : `ended ${release.outcome.replace('_', ' ')}: ${release.because ?? ''}`;
  return [
    ...lines,
    `  release   ${release.id}, ${end}`,
    ...(trigger === null ? [] : [`            asked for by ${trigger.by} (${trigger.kind}): ${trigger.because}`]),
    ...(release.shuffleLabels ? ['            trained on shuffled labels, as a rehearsal'] : []),
  ];
}

function letThrough({ version, release }: WhyAnswer): string[] {
  if (version === null) return [];
  const gates = version.gates.map(({ passed, because }) => `            ${passed ? 'passed ' : 'refused'} ${because}`);
  const overridden = version.overridden
    ? [`            ${release?.trigger?.by ?? 'somebody'} let it through although a gate refused it`]
    : [];
  return [
    `  gates     ${version.gates.length === 0 ? 'none were asked for' : ''}`.trimEnd(),
    ...gates,
    ...overridden,
    ...(release?.approval ?? []).map(({ because }) => `  approval  ${because}`),
    ...(release?.decisions ?? []).map(
      ({ at, stage, action, because }) => `  decision  ${when(at)} UTC ${stage}: ${action}: ${because}`,
    ),
  ];
}

function led({ version }: WhyAnswer): string[] {
  if (version === null) return [];
  if (version.championSince.length === 0) return ['  champion  it has not become champion'];
  return version.championSince.map(({ at, by, because }) => `  champion  since ${when(at)} UTC, by ${by}: ${because}`);
}

function saying({ prediction, score }: { readonly prediction: string; readonly score: number | null }): string {
  return score === null || String(score) === prediction ? prediction : `${prediction} (score ${Number(score.toFixed(4))})`;
}

function rowText(row: WhyAnswer['answer']['row']): string {
  const columns = Object.entries(row).map(([name, value]) => `${name} ${value === null ? 'missing' : String(value)}`);
  return columns.length === 0 ? 'none of its features are logged' : columns.join(', ');
}

/** `5 %`, `0.25 %` */
const percent = (share: number) => `${Number((share * 100).toPrecision(3))} %`;
