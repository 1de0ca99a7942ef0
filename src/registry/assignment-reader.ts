import type { Registry } from './registry.ts';
import type { TrafficAssignment } from './traffic-assignment.ts';
import { readAssignments, readMarks } from './traffic.ts';

/**
 * The assignments of all models, for one who asks again and again: specs and references are large, and are read again only for
 * models of which something changed. What did not change is the same object as before.
 */
export class AssignmentReader {
  readonly #registry: Registry;
  #known = new Map<string, { readonly mark: string; readonly assignment: TrafficAssignment }>();

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** As `readAssignments`. One reading at a time. */
  async read(): Promise<TrafficAssignment[]> {
    const marks = await readMarks(this.#registry);
    const changed = marks.filter(({ model, mark }) => this.#known.get(model)?.mark !== mark).map(({ model }) => model);
    const read = changed.length === 0 ? [] : await readAssignments(this.#registry, changed);
    const fresh = new Map(read.map((assignment) => [assignment.model, assignment]));
    const known = new Map<string, { mark: string; assignment: TrafficAssignment }>();
    for (const { model, mark, leaseRemainingMs } of marks) {
      const before = this.#known.get(model);
      // What was read after its mark may be newer than it: then the next reading finds another mark, and reads once more.
      const assignment = fresh.get(model) ?? (before?.mark === mark ? { ...before.assignment, leaseRemainingMs } : undefined);
      if (assignment !== undefined) known.set(model, { mark, assignment });
    }
    this.#known = known;
    return [...known.values()].map(({ assignment }) => assignment);
  }
}
