/** What `node --cpu-prof` writes, as far as it is read here. Times are µs of the monotonic clock. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** A subject and the files, by their path within the package, whose time is its own. The first that fits counts. */
export type Subjects = readonly (readonly [subject: string, files: RegExp])[];

/** What node does between the callbacks of anybody. */
const unnamed = 'node itself';

/** What V8 says where no JavaScript runs. */
const outside = new Map([
  ['(idle)', 'idle'],
  ['(program)', 'outside of JavaScript'],
  ['(garbage collector)', 'garbage collection'],
]);

/**
 * Time by subject, µs, of the samples in [from, until). A sample belongs to the innermost function on its stack whose file has a
 * subject: what node and V8 do for a file of ours (JSON.parse, a socket's write, a native call) is that file's time.
 */
export function timeBySubject(profile: CpuProfile, subjects: Subjects, from = -Infinity, until = Infinity): Map<string, number> {
  const parents = new Map(profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const own = new Map(
    profile.nodes.map(({ id, callFrame: { functionName, url } }) => [
      id,
      outside.get(functionName) ?? subjects.find(([, files]) => files.test(url))?.[0],
    ]),
  );
  const subjectOf = (id: number | undefined): string =>
    id === undefined ? unnamed : (own.get(id) ?? subjectOf(parents.get(id)));
  const known = new Map(profile.nodes.map(({ id }) => [id, subjectOf(id)]));
  const times = new Map<string, number>();
  let at = profile.startTime;
  profile.samples.forEach((id, i) => {
    // A sample stands for the time until the next one.
    at += profile.timeDeltas[i] ?? 0;
    const lasted = profile.timeDeltas[i + 1] ?? 0;
    if (at < from || at >= until) return;
    const subject = known.get(id) ?? unnamed;
    times.set(subject, (times.get(subject) ?? 0) + lasted);
  });
  return times;
}
