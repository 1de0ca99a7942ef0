-- What gateways counted, by process, version, revision, role and interval. All counts add.
CREATE TABLE windows (
  process text NOT NULL,
  model text NOT NULL,
  version integer NOT NULL,
  revision integer NOT NULL,
  role text NOT NULL CHECK (role IN ('champion', 'challenger', 'shadow')),
  started_at timestamptz NOT NULL,
  ended_at timestamptz NOT NULL,
  requests bigint NOT NULL,
  caller_faults bigint NOT NULL,
  errors bigint NOT NULL,
  fallbacks bigint NOT NULL,
  latency bigint[] NOT NULL,
  score bigint[] NOT NULL,
  PRIMARY KEY (process, model, version, revision, role, started_at)
);
CREATE INDEX windows_by_end ON windows (model, ended_at);
CREATE INDEX windows_by_revision ON windows (model, revision);

-- How many labels a model has. Its row is the lock under which they get their place in the order of arrival: a reader who has
-- read up to a place has missed none before it.
CREATE TABLE label_counts (
  model text PRIMARY KEY REFERENCES models (name),
  count bigint NOT NULL
);

-- `seq` counts a model's labels in order of arrival, from 1, without gaps.
CREATE TABLE labels (
  model text NOT NULL,
  prediction_id text NOT NULL,
  label text NOT NULL,
  observed_at timestamptz,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  seq bigint NOT NULL,
  PRIMARY KEY (model, prediction_id)
) PARTITION BY HASH (model, prediction_id);
DO $$ BEGIN
  FOR i IN 0..15 LOOP
    EXECUTE format('CREATE TABLE labels_%s PARTITION OF labels FOR VALUES WITH (MODULUS 16, REMAINDER %s)', i, i);
  END LOOP;
END $$;
CREATE INDEX labels_by_arrival ON labels (model, seq);

-- What each gateway last said of itself.
CREATE TABLE gateways (
  process text NOT NULL,
  model text NOT NULL,
  address text NOT NULL,
  revision integer,
  versions integer[] NOT NULL,
  reported_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (process, model)
);
