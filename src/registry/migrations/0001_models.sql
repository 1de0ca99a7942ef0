-- Models and what they go by. A spec is never changed in place: each applied file is a row of its own.
CREATE TABLE models (
  name text PRIMARY KEY,
  spec_digest text NOT NULL,
  base_directory text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now(),
  applied_by text NOT NULL
);

CREATE TABLE specs (
  model text NOT NULL REFERENCES models (name),
  digest text NOT NULL,
  spec jsonb NOT NULL,
  source text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now(),
  applied_by text NOT NULL,
  PRIMARY KEY (model, digest)
);

CREATE TABLE datasets (
  digest text PRIMARY KEY,
  model text NOT NULL,
  dataset jsonb NOT NULL,
  spec_digest text NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now()
);
