import { GetBucketLocationCommand, PutObjectCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Connection } from '@temporalio/client';
import pg from 'pg';
import { expect, inject, it } from 'vitest';
import { createDatabase } from './postgres.ts';
import { startTestServer } from './time-skipping.ts';

it('gives each caller a Postgres 18 database of its own', async () => {
  const urls = await Promise.all([createDatabase({ migrated: false }), createDatabase({ migrated: false })]);
  const [first, second] = urls.map((connectionString) => new pg.Client({ connectionString }));
  await Promise.all([first?.connect(), second?.connect()]);
  await first?.query('CREATE TABLE mine (id int)');
  const seen = await second?.query(
    "SELECT to_regclass('mine') AS found, current_setting('server_version_num')::int / 10000 AS major",
  );
  expect(seen?.rows).toEqual([{ found: null, major: 18 }]);
  await Promise.all([first?.end(), second?.end()]);
});

it("has a Temporal server that knows pawl's search attributes", async () => {
  const connection = await Connection.connect({ address: inject('temporalAddress') });
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
  expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining(['PawlModel', 'PawlVersion', 'PawlStage', 'PawlTrigger']));
  await connection.close();
});

it('has an S3 server that keeps what it is given', async () => {
  const client = new S3Client({
    endpoint: inject('s3Endpoint'),
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: inject('s3AccessKeyId'), secretAccessKey: inject('s3SecretAccessKey') },
  });
  const Bucket = inject('s3Bucket');
  await client.send(new GetBucketLocationCommand({ Bucket }));
  await client.send(new PutObjectCommand({ Bucket, Key: 'stack/a', Body: 'kept' }));
  const read = await client.send(new GetObjectCommand({ Bucket, Key: 'stack/a' }));
  expect(await read.Body?.transformToString()).toBe('kept');
  client.destroy();
});

it('has a test server in which a day passes in no time', async () => {
  const environment = await startTestServer();
  try {
    const before = await environment.currentTimeMs();
    await environment.sleep('1 day');
    expect((await environment.currentTimeMs()) - before).toBeGreaterThanOrEqual(24 * 3600 * 1000);
  } finally {
    await environment.teardown();
  }
}, 300_000);
