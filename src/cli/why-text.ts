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
  const { revision, champion, challenger, share, shadowShare, segments, place, step } = traffic;
  const until = traffic.until === null ? 'in force still' : `in force until ${when(traffic.until)} UTC`;
  const who = champion === null ? 'nobody answers' : `champion v${champion}`;
  const whom = segments === null ? 'of the callers' : `of the callers in ${segments.join(', ')}`;
  const trial =
    challenger === null
      ? ''
      : `, challenger v${challenger} with ${percent(share)} ${whom}${shadowShare === 0 ? '' : `, the other side asked beside for ${percent(shadowShare)} of the requests`}`;
  const side = place !== null && place < share ? 'challenger' : 'champion';
  const missed = answer.role !== side && answer.role !== 'shadow' && place !== null;
  return [
    `  traffic   revision ${revision}, from ${when(traffic.from)} UTC, ${until}: ${who}${trial}`,
    `            because: ${traffic.because}`,
    ...(place === null
      ? []
      : [
          `            the caller's key falls at ${percent(place)}, on the ${side}'s side${missed ? `, yet the ${answer.role} answered` : ''}`,
        ]),
    ...(step === null
      ? traffic.writer === 'rollout'
        ? ['            no rollout was running']
        : [`            written for a person${traffic.writer === 'break-glass' ? ', past the workflows' : ''}`]
      : [
          `            step of the rollout: ${step.stage ?? 'it runs still'}${step.ended === null ? '' : `; ${when(step.ended.at)} UTC ${step.ended.action}: ${step.ended.because}`}`,
        ]),
  ];
}

function made({ version, release }: WhyAnswer): string[] {
  if (version === null) return [];
  const metrics = metricsText(version.metrics);
  const lines = [
    `  version   v${version.version}, ${version.endpoint === null ? version.trainer : `the endpoint ${version.endpoint}`}, registered ${when(version.registeredAt)} UTC${metrics === '' ? '' : `: ${metrics}`}`,
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
