-- Models and what they go by. A model's row is also the lock under which its numbers (releases, versions, epochs, revisions)
-- are given out.
CREATE TABLE models (
  name text PRIMARY KEY,
  spec_digest text NOT NULL,
  base_directory text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  applied_by text NOT NULL
);

-- A spec is never changed in place: each applied file is a row of its own. json, not jsonb, here and below: the order of the
-- features is the order of the graph's inputs.
CREATE TABLE specs (
  model text NOT NULL REFERENCES models (name),
  digest text NOT NULL,
  spec json NOT NULL,
  source text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  applied_by text NOT NULL,
  PRIMARY KEY (model, digest)
);

CREATE TABLE datasets (
  digest text PRIMARY KEY,
  model text NOT NULL,
  dataset json NOT NULL,
  spec_digest text NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- For history that is only ever added to.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: a new row follows, no row changes', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON specs EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON datasets EXECUTE FUNCTION refuse_change();
