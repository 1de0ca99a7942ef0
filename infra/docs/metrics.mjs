// npm run metrics-page: writes docs/metrics.md from the metrics that gateways and workers register (as built).
import { writeFileSync } from 'node:fs';
import { metricsPage } from '../../dist/infra/docs/metrics-page.js';

writeFileSync(new URL('../../docs/metrics.md', import.meta.url), metricsPage());
