CREATE TABLE windows (
  process text NOT NULL,
  model text NOT NULL,
  version integer NOT NULL,
  revision integer NOT NULL,
  role text NOT NULL CHECK (role IN ('champion', 'challenger', 'shadow')),
  started_at timestamptz NOT NULL,
  length_ms integer NOT NULL,
  requests bigint NOT NULL,
  caller_faults bigint NOT NULL,
  errors bigint NOT NULL,
  fallbacks bigint NOT NULL,
  latency bigint[] NOT NULL,
  score bigint[] NOT NULL,
  PRIMARY KEY (process, model, version, revision, role, started_at)
);
CREATE INDEX windows_by_time ON windows (model, started_at);
CREATE INDEX windows_by_revision ON windows (model, revision);

-- `seq` is the order of arrival.
CREATE TABLE labels (
  model text NOT NULL,
  prediction_id text NOT NULL,
  label text NOT NULL,
  observed_at timestamptz,
  received_at timestamptz NOT NULL DEFAULT now(),
  seq bigint GENERATED ALWAYS AS IDENTITY,
  PRIMARY KEY (model, prediction_id)
) PARTITION BY HASH (model, prediction_id);
DO $$ BEGIN
  FOR i IN 0..15 LOOP
    EXECUTE format('CREATE TABLE labels_%s PARTITION OF labels FOR VALUES WITH (MODULUS 16, REMAINDER %s)', i, i);
  END LOOP;
END $$;
CREATE INDEX labels_by_arrival ON labels (model, seq);

CREATE TABLE gateways (
  process text NOT NULL,
  model text NOT NULL,
  address text NOT NULL,
  revision integer,
  versions integer[] NOT NULL,
  reported_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (process, model)
);
