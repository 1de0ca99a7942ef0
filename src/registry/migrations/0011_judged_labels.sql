-- Labels that a monitor has held against what a version answered, a row for each look: how many, and how many of them were bad as
-- the label budget of that time has it. A look is named by the place among the labels after which it read on, so that a
-- repeated one replaces itself.
CREATE TABLE judged_labels (
  model text NOT NULL REFERENCES models (name),
  version integer NOT NULL,
  after_seq bigint NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  labels bigint NOT NULL,
  bad bigint NOT NULL,
  PRIMARY KEY (model, version, after_seq)
);
CREATE INDEX judged_labels_by_time ON judged_labels (model, version, at);
