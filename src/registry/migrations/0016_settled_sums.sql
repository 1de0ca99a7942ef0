-- What guards have added of windows so far, so that the next one goes on from there: the windows of a day take ten seconds to add.
-- `name` says of which windows, `up_to` by when they were written.
CREATE TABLE settled_sums (
  model text NOT NULL,
  name text NOT NULL,
  up_to timestamptz NOT NULL,
  sum json NOT NULL,
  written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (model, name)
);
