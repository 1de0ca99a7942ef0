-- What was signed of a version, as DSSE envelopes: when it was registered, and when it was let into its rollout, with who let it.
-- text, not json: each byte stays what it was. Of several of one stage the newest counts, so that a new key can follow an old one.
CREATE TABLE attestations (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  model text NOT NULL,
  version integer NOT NULL,
  stage text NOT NULL CHECK (stage IN ('registered', 'released')),
  keyid text NOT NULL,
  envelope text NOT NULL,
  signed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  FOREIGN KEY (model, version) REFERENCES versions (model, version)
);
CREATE INDEX attestations_by_version ON attestations (model, version, stage, seq);
CREATE INDEX attestations_by_arrival ON attestations (model, seq);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON attestations EXECUTE FUNCTION refuse_change();
