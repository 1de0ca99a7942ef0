-- Who led from when. The newest row leads.
CREATE TABLE champions (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  model text NOT NULL REFERENCES models (name),
  version integer NOT NULL,
  release text,
  by text NOT NULL,
  because text NOT NULL,
  operation_id text NOT NULL,
  since timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (model, operation_id),
  FOREIGN KEY (model, version) REFERENCES versions (model, version)
);
CREATE INDEX champions_by_model ON champions (model, seq);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON champions EXECUTE FUNCTION refuse_change();

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
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON traffic_epochs EXECUTE FUNCTION refuse_change();

-- Who answers. The newest revision is in force. Without champion nobody does: a model's first version was withdrawn.
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
  CHECK ((challenger IS NULL) = (lease_ms IS NULL)),
  CHECK (challenger IS NOT NULL OR (share = 0 AND shadow_share = 0)),
  CHECK (challenger IS NULL OR (champion IS NOT NULL AND champion <> challenger))
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON traffic_revisions EXECUTE FUNCTION refuse_change();

-- Renewals are kept beside the revisions, not among them. This server's clock alone says whether a lease has run out.
CREATE TABLE traffic_leases (
  model text NOT NULL,
  revision integer NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (model, revision),
  FOREIGN KEY (model, revision) REFERENCES traffic_revisions (model, revision)
);
