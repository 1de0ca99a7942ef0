// npm run errors: writes docs/errors.md from the catalogue in src/error-catalogue.ts (as built).
import { writeFileSync } from 'node:fs';
import { errorsPage } from '../../dist/infra/docs/errors-page.js';

writeFileSync(new URL('../../docs/errors.md', import.meta.url), errorsPage());
