-- A drill is a release that rehearses one: a copy of the champion goes the way of a new version, and back at the end.
ALTER TABLE releases ADD COLUMN drill boolean NOT NULL DEFAULT false;

ALTER TABLE traffic_epochs DROP CONSTRAINT traffic_epochs_kind_check;
ALTER TABLE traffic_epochs ADD CONSTRAINT traffic_epochs_kind_check CHECK (kind IN ('rollout', 'drill', 'person', 'break-glass'));

-- The version whose artifact a drill's version is; null for all others. A copy never leads, so that nobody goes back to one either.
ALTER TABLE versions ADD COLUMN copy_of integer;
ALTER TABLE versions ADD FOREIGN KEY (model, copy_of) REFERENCES versions (model, version);

CREATE FUNCTION refuse_copy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM versions WHERE model = NEW.model AND version = NEW.version AND copy_of IS NOT NULL) THEN
    RAISE EXCEPTION 'v% of % is a copy, for a drill: it never leads', NEW.version, NEW.model USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER no_copy BEFORE INSERT ON champions FOR EACH ROW EXECUTE FUNCTION refuse_copy();

-- What a drill has shown. What became of it is null while it runs, and where its workflow was lost.
CREATE TABLE drills (
  release text PRIMARY KEY REFERENCES releases (id),
  model text NOT NULL REFERENCES models (name),
  champion integer NOT NULL,
  ended text CHECK (ended IN ('as_planned', 'false_alarm', 'undecided', 'interrupted', 'no_way_back', 'failed')),
  rule text,
  recovery json,
  ways_back json NOT NULL DEFAULT '[]',
  began_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  FOREIGN KEY (model, champion) REFERENCES versions (model, version)
);
CREATE INDEX drills_by_model ON drills (model, began_at);
