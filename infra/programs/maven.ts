import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Way } from './program.ts';
import { run } from './run.ts';

/** Fetches a Java program with all that it depends on from Maven Central. Needs a JDK and Maven. */
export function mavenProgram(artifact: { group: string; name: string; version: string; mainClass: string }): Way {
  return {
    doing: `fetching ${artifact.group}:${artifact.name}:${artifact.version} with Maven (Java)`,
    make: async ({ scratch, env, signal }) => {
      await run('java', ['-version'], { env, signal });
      const lib = path.join(scratch, 'lib');
      await mkdir(lib);
      const pom = path.join(scratch, 'pom.xml');
      await writeFile(pom, pomOf(artifact));
      // Maven retries nothing that Central refuses; its own downloads are resumed from ~/.m2 by the next try.
      const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';
      const args = ['-B', '-q', '-f', pom, goal, `-DoutputDirectory=${lib}`, '-DincludeScope=runtime'];
      await run('mvn', args, { env, cwd: scratch, signal });
      const executable = path.join(scratch, 'run.sh');
      await writeFile(executable, scriptOf(`${artifact.name}-${artifact.version}`, artifact.mainClass));
      return { executable, lib };
    },
  };
}

function pomOf({ group, name, version }: { group: string; name: string; version: string }): string {
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>pawl</groupId><artifactId>programs</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>
  </dependencies>
</project>
`;
}

/** The short-lived JVM is told to start fast rather than to run fast. */
function scriptOf(folder: string, mainClass: string): string {
  return `#!/bin/sh
exec java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$(dirname "$0")/../lib/${folder}/*" ${mainClass} "$@"
`;
}
