-- What a search tried before its release was trained: a row for each look at a trial, at a part of its trees or rows (its rung).
CREATE TABLE trials (
  release text NOT NULL REFERENCES releases (id),
  trial integer NOT NULL CHECK (trial >= 1),
  rung integer NOT NULL CHECK (rung >= 0),
  -- The values drawn; none where they are those of pawl.yaml.
  params json NOT NULL,
  share double precision NOT NULL CHECK (share > 0 AND share <= 1),
  -- What the share is of, in words: 67 trees, 3,000 rows.
  resource text,
  state text NOT NULL CHECK (state IN ('running', 'done', 'failed', 'stopped')),
  score double precision,
  seconds double precision,
  because text,
  began_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at timestamptz,
  PRIMARY KEY (release, trial, rung),
  CHECK ((state = 'running') = (ended_at IS NULL)),
  CHECK ((state = 'done') = (score IS NOT NULL))
);
