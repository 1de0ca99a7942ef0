-- What each step of a release went by, what it left and what it used: a row for each attempt. `inputs` says by name what the step
-- depends on; `inputs_digest` is of all of them, and null where what came of it must not be taken by a later release. A row is
-- noted on while its step runs, so that what a lost worker used is known, and never changes once it has ended.
CREATE TABLE steps (
  seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  release text NOT NULL REFERENCES releases (id),
  model text NOT NULL REFERENCES models (name),
  step text NOT NULL CHECK (step IN ('ingest', 'validate', 'train', 'evaluate', 'register', 'trial')),
  -- Which one, of a step that there are several of; else empty.
  part text NOT NULL DEFAULT '',
  attempt integer NOT NULL,
  state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done', 'taken', 'failed')),
  inputs json NOT NULL,
  inputs_digest text,
  output json,
  -- Objects that the output refers to, each with its digest.
  objects json NOT NULL DEFAULT '[]',
  -- The release whose step did the work, where this one did not.
  taken_from text REFERENCES releases (id),
  -- Why it was taken, or done again; null where there was nothing to take. Of a failed one, how it failed.
  because text,
  rows bigint,
  cpu_ms double precision NOT NULL DEFAULT 0,
  wall_ms double precision NOT NULL DEFAULT 0,
  bytes_read bigint NOT NULL DEFAULT 0,
  bytes_written bigint NOT NULL DEFAULT 0,
  -- Whom it is charged to: as the spec of that time said.
  project text,
  owner text NOT NULL,
  tags json NOT NULL DEFAULT '{}',
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  noted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at timestamptz,
  PRIMARY KEY (release, step, part, attempt),
  CHECK ((state = 'running') = (ended_at IS NULL)),
  CHECK ((state = 'taken') = (taken_from IS NOT NULL))
);
CREATE INDEX steps_by_inputs ON steps (model, step, inputs_digest, seq);
CREATE INDEX steps_by_time ON steps (started_at);

CREATE FUNCTION refuse_change_of_ended_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL THEN
    RAISE EXCEPTION 'a step that has ended is not changed' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ended_stays BEFORE UPDATE OR DELETE ON steps FOR EACH ROW EXECUTE FUNCTION refuse_change_of_ended_step();

-- What a person asked of a release: to take the steps before this one as they were, or to take nothing.
ALTER TABLE releases ADD COLUMN from_step text CHECK (from_step IN ('validate', 'train', 'evaluate'));
ALTER TABLE releases ADD COLUMN fresh boolean NOT NULL DEFAULT false;
