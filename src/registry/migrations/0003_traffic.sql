-- History that is only ever added to.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;

CREATE TABLE champions (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  model text NOT NULL,
  version integer NOT NULL,
  release text,
  by text NOT NULL,
  because text NOT NULL,
  operation_id text NOT NULL,
  since timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (model, operation_id),
  FOREIGN KEY (model, version) REFERENCES versions (model, version)
);
CREATE TRIGGER champions_append_only BEFORE UPDATE OR DELETE ON champions FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The newest epoch of a model alone may write its traffic.
CREATE TABLE traffic_epochs (
  model text NOT NULL REFERENCES models (name),
  epoch integer NOT NULL,
  holder text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('rollout', 'person', 'break-glass')),
  opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (model, epoch),
  UNIQUE (model, holder)
);

CREATE TABLE traffic_revisions (
  model text NOT NULL,
  revision integer NOT NULL,
  epoch integer NOT NULL,
  operation_id text NOT NULL,
  champion integer,
  challenger integer,
  share double precision NOT NULL CHECK (share BETWEEN 0 AND 1),
  shadow_share double precision NOT NULL CHECK (shadow_share BETWEEN 0 AND 1),
  salt text NOT NULL,
  lease_ms integer CHECK (lease_ms > 0),
  because text NOT NULL,
  written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (model, revision),
  UNIQUE (model, operation_id),
  FOREIGN KEY (model, epoch) REFERENCES traffic_epochs (model, epoch),
  FOREIGN KEY (model, champion) REFERENCES versions (model, version),
  FOREIGN KEY (model, challenger) REFERENCES versions (model, version),
  CHECK (challenger IS NOT NULL OR (share = 0 AND lease_ms IS NULL)),
  CHECK (challenger IS NULL OR lease_ms IS NOT NULL)
);
CREATE TRIGGER revisions_append_only BEFORE UPDATE OR DELETE ON traffic_revisions FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Renewals are kept beside the revisions, not among them.
CREATE TABLE traffic_leases (
  model text NOT NULL,
  revision integer NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (model, revision),
  FOREIGN KEY (model, revision) REFERENCES traffic_revisions (model, revision)
);
