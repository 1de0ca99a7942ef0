import type { Metric, Registry } from 'prom-client';

/** Upper bounds in seconds. */
const bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

interface Times {
  readonly counts: number[];
  sum: number;
}

/**
 * A Prometheus histogram of times, by model. prom-client's own looks its labels up by a text that it builds for each observation,
 * which costs more than most of what is measured.
 */
export class TimeHistogram {
  readonly name: string;
  readonly help: string;
  readonly type = 'histogram';
  readonly aggregator = 'sum';
  readonly labelNames = ['model'];
  readonly #models = new Map<string, Times>();

  constructor(name: string, help: string, register: Registry) {
    this.name = name;
    this.help = help;
    // The registry asks a metric for what `get` answers, and no more.
    register.registerMetric(this as unknown as Metric);
  }

  observe(model: string, ms: number): void {
    let times = this.#models.get(model);
    if (times === undefined) {
      times = { counts: new Array<number>(bounds.length + 1).fill(0), sum: 0 };
      this.#models.set(model, times);
    }
    const seconds = ms / 1000;
    let bin = 0;
    while (bin < bounds.length && seconds > (bounds[bin] ?? Infinity)) bin++;
    times.counts[bin] = (times.counts[bin] ?? 0) + 1;
    times.sum += seconds;
  }

  get() {
    const values = [...this.#models].flatMap(([model, { counts, sum }]) => {
      let below = 0;
      const buckets = [...bounds, '+Inf'].map((le, i) => {
        below += counts[i] ?? 0;
        return { labels: { le, model }, value: below, metricName: `${this.name}_bucket` };
      });
      return [
        ...buckets,
        { labels: { model }, value: sum, metricName: `${this.name}_sum` },
        { labels: { model }, value: below, metricName: `${this.name}_count` },
      ];
    });
    const { name, help, type, aggregator } = this;
    return Promise.resolve({ name, help, type, aggregator, values });
  }

  reset(): void {
    this.#models.clear();
  }
}
