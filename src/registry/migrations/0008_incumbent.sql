-- The endpoint that a team had before pawl is a version too: one that no release made and no dataset was learned from.
ALTER TABLE versions
  ALTER COLUMN release DROP NOT NULL,
  ALTER COLUMN dataset_digest DROP NOT NULL,
  ADD CONSTRAINT made_by_a_release CHECK (
    (trainer = 'incumbent') = (release IS NULL) AND (trainer = 'incumbent') = (dataset_digest IS NULL)
  );

-- Equal configuration, equal version.
CREATE UNIQUE INDEX incumbents ON versions (model, digest) WHERE trainer = 'incumbent';
