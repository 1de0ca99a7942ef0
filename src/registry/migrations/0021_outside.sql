-- What a person brought for a release to take in place of a training, by the id of the request, which its trigger has too. Noted before
-- the release is asked for.
CREATE TABLE imports (
  trigger_id text PRIMARY KEY,
  model text NOT NULL REFERENCES models (name),
  source json NOT NULL,
  by text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON imports EXECUTE FUNCTION refuse_change();

-- What is to be told to others, in the order in which it happened: written with what it is about, sent by the pipeline workers for as
-- long as it takes. An equal key is the same message.
CREATE TABLE outbox (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  receiver text NOT NULL CHECK (receiver IN ('openlineage', 'mlflow')),
  key text NOT NULL,
  model text NOT NULL,
  release text,
  message json NOT NULL,
  noted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  tries integer NOT NULL DEFAULT 0,
  -- How the last try failed.
  because text,
  sent_at timestamptz,
  -- The receiver will not have it, however often it is sent.
  refused_at timestamptz,
  UNIQUE (receiver, key)
);
CREATE INDEX outbox_waiting ON outbox (receiver, seq) WHERE sent_at IS NULL AND refused_at IS NULL;
CREATE INDEX outbox_by_release ON outbox (release, receiver);
