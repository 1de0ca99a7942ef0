import { temporalDownload } from './download.ts';
import { mavenProgram } from './maven.ts';
import { type Platform, thisPlatform } from './platform.ts';
import type { Program } from './program.ts';

const version = '1.31.0';

/** Temporal's test server, in which a day passes in no time. Only tests use it. */
export function temporalTestServer(platform: Platform = thisPlatform()): Program {
  return {
    name: 'temporal-test-server',
    version,
    variable: 'PAWL_TEMPORAL_TEST_SERVER',
    ways: [
      temporalDownload('temporal-test-server', `v${version}`, platform),
      mavenProgram({
        group: 'io.temporal',
        name: 'temporal-test-server',
        version,
        mainClass: 'io.temporal.testserver.TestServer',
      }),
    ],
  };
}
