CREATE TABLE triggers (
  id text PRIMARY KEY,
  model text NOT NULL REFERENCES models (name),
  kind text NOT NULL CHECK (kind IN ('schedule', 'drift', 'performance', 'budget', 'person')),
  because text NOT NULL,
  by text NOT NULL,
  evidence jsonb NOT NULL,
  release text,
  at timestamptz NOT NULL DEFAULT now()
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
  metrics jsonb,
  started_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  UNIQUE (model, number)
);

CREATE TABLE versions (
  model text NOT NULL REFERENCES models (name),
  version integer NOT NULL,
  release text NOT NULL UNIQUE REFERENCES releases (id),
  uri text NOT NULL,
  digest text NOT NULL,
  dataset_digest text NOT NULL REFERENCES datasets (digest),
  trainer text NOT NULL,
  params jsonb NOT NULL,
  seed bigint NOT NULL,
  metrics jsonb NOT NULL,
  gates jsonb NOT NULL,
  importances jsonb NOT NULL,
  holdout_from timestamptz,
  overridden boolean NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (model, version)
);
