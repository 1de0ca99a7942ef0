CREATE TABLE triggers (
  id text PRIMARY KEY,
  model text NOT NULL REFERENCES models (name),
  kind text NOT NULL CHECK (kind IN ('schedule', 'drift', 'performance', 'budget', 'person')),
  because text NOT NULL,
  by text NOT NULL,
  evidence json NOT NULL,
  release text,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX triggers_by_model ON triggers (model, at);

CREATE TABLE releases (
  id text PRIMARY KEY,
  model text NOT NULL REFERENCES models (name),
  number integer NOT NULL,
  run_id text NOT NULL UNIQUE,
  spec_digest text NOT NULL,
  trigger_id text NOT NULL REFERENCES triggers (id),
  override_gates boolean NOT NULL,
  shuffle_labels boolean NOT NULL,
  as_of timestamptz,
  stage text,
  dataset_digest text,
  version integer,
  outcome text CHECK (outcome IN ('promoted', 'rejected', 'rolled_back', 'failed')),
  because text,
  metrics json,
  -- Closed by somebody who found no workflow for it. Should it be there after all, its own word replaces this.
  abandoned boolean NOT NULL DEFAULT false,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at timestamptz,
  UNIQUE (model, number),
  CHECK ((outcome IS NULL) = (ended_at IS NULL))
);

CREATE TABLE versions (
  model text NOT NULL REFERENCES models (name),
  version integer NOT NULL,
  release text NOT NULL UNIQUE REFERENCES releases (id),
  uri text NOT NULL,
  digest text NOT NULL,
  dataset_digest text NOT NULL REFERENCES datasets (digest),
  trainer text NOT NULL,
  params json NOT NULL,
  seed bigint NOT NULL,
  metrics json NOT NULL,
  gates json NOT NULL,
  importances json NOT NULL,
  holdout_from timestamptz,
  overridden boolean NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (model, version)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON versions EXECUTE FUNCTION refuse_change();
