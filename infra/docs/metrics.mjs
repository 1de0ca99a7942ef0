// npm run metrics-page: writes docs/metrics.md from the metrics that a gateway registers (as built).
import { writeFileSync } from 'node:fs';
import { metricsPage } from '../../dist/infra/docs/metrics-page.js';

writeFileSync(new URL('../../docs/metrics.md', import.meta.url), metricsPage());
