-- Labels whose prediction has not been found in the log yet. A label that came before its prediction was shipped leaves within
-- minutes; one whose id was never logged stays, and counts as unknown, until it is forgotten.
CREATE TABLE unmatched_labels (
  model text NOT NULL,
  prediction_id text NOT NULL,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- The whole log has been read since it came, and it was in none of it.
  unknown boolean NOT NULL DEFAULT false,
  PRIMARY KEY (model, prediction_id)
);
CREATE INDEX unmatched_labels_by_arrival ON unmatched_labels (model, received_at);

-- What was said of a prediction after the label that stands, and against it.
CREATE TABLE conflicting_labels (
  model text NOT NULL,
  prediction_id text NOT NULL,
  label text NOT NULL,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (model, prediction_id, label)
);
CREATE INDEX conflicting_labels_by_arrival ON conflicting_labels (model, received_at);

-- `conflicting` only grows. `unknown` is what the last look found.
ALTER TABLE label_counts
  ADD COLUMN conflicting bigint NOT NULL DEFAULT 0,
  ADD COLUMN unknown bigint NOT NULL DEFAULT 0;

-- How far the search for the predictions of a model's labels has come.
CREATE TABLE label_searches (
  model text PRIMARY KEY REFERENCES models (name),
  -- Segments begun before it, at the newer end of the log, have been read; ms since 1970.
  read_until bigint NOT NULL,
  -- A round reads the whole log from its newest segment to its oldest. The labels that came before `judges_before` are what it
  -- looks for; those that it does not find are unknown. Null where no round is under way.
  judges_before timestamptz,
  -- The key that the round has come down to.
  place text,
  -- The round looks again for labels that were found unknown before: gateways may ship their log late.
  thorough boolean NOT NULL,
  -- When the last such round was begun.
  thorough_at timestamptz NOT NULL
);
