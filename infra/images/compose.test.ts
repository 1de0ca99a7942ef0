import { existsSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { packageFile } from '../../src/package-root.ts';

interface Service {
  readonly image?: string;
  readonly build?: { readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: object;
  readonly volumes?: readonly string[];
}

const text = readFileSync(packageFile('docker-compose.yml'), 'utf8');
const compose = parse(text, { merge: true }) as { services: Record<string, Service>; volumes: Record<string, unknown> };
const services = Object.entries(compose.services);

describe('docker-compose.yml', () => {
  it('is what the Compose Specification allows', () => {
    const { $schema: _dialect, ...schema } = JSON.parse(
      readFileSync(packageFile('test/schemas/compose-spec.json'), 'utf8'),
    ) as Record<string, unknown>;
    const validate = new Ajv({ strict: false, allErrors: true, formats: { duration: true, subnet_ip_address: true } }).compile(
      schema,
    );
    validate(compose);
    expect(validate.errors).toBeNull();
  });

  it('has every part of production', () => {
    const parts = [
      'pipeline',
      'training',
      'gateway',
      'migrate',
      'registry',
      'objects',
      'temporal',
      'temporal-ui',
      'temporal-database',
    ];
    expect(services.map(([name]) => name)).toEqual(expect.arrayContaining(parts));
  });

  it("starts files of pawl's that are built from a source there is", () => {
    const files = services.flatMap(([, { command = [], entrypoint = [] }]) =>
      [...command, ...entrypoint].filter((word) => word.startsWith('dist/')),
    );
    expect(files.length).toBeGreaterThanOrEqual(5);
    for (const file of files)
      expect(existsSync(packageFile(file.replace(/^dist\//, '').replace(/\.js$/, '.ts'))), file).toBe(true);
  });

  it('holds no secret: each comes from the environment, and its absence stops the start', () => {
    for (const [name, { environment = {} }] of services) {
      for (const [variable, value] of Object.entries(environment)) {
        if (/PASSWORD|PWD|SECRET|ACCESS_KEY/.test(variable)) expect(value, `${name}.${variable}`).toMatch(/^\$\{\w+:\?.+\}$/);
        if (/:\/\/\w+:[^@]*@/.test(value)) expect(value, `${name}.${variable}`).toMatch(/:\/\/\w+:\$\{\w+:\?[^}]+\}@/);
      }
    }
  });

  it('waits for parts that exist, and for health only where health is checked', () => {
    for (const [name, { depends_on: needs = {} }] of services) {
      for (const [other, { condition }] of Object.entries(needs)) {
        expect(compose.services, name).toHaveProperty([other]);
        if (condition === 'service_healthy')
          expect(compose.services[other]?.healthcheck, `${name} waits for ${other}`).toBeDefined();
      }
    }
  });

  it('mounts volumes and files that exist', () => {
    for (const [name, { volumes = [] }] of services) {
      for (const source of volumes.map((volume) => /^(\$\{[^}]*:-)?([^:}]+)/.exec(volume)?.[2] ?? '')) {
        if (source.startsWith('.')) expect(existsSync(packageFile(source)), `${name}: ${source}`).toBe(true);
        else expect(compose.volumes, name).toHaveProperty([source]);
      }
    }
  });

  it('runs as an ordinary user, from an image whose build file is there', () => {
    for (const [, { build }] of services) if (build !== undefined) expect(existsSync(packageFile(build.dockerfile))).toBe(true);
    expect(readFileSync(packageFile('infra/images/Dockerfile'), 'utf8')).toMatch(/^USER node$/m);
  });
});
