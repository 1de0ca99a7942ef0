-- What was decided, and on what evidence.
CREATE TABLE decisions (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key text NOT NULL UNIQUE,
  model text NOT NULL,
  release text,
  workflow text NOT NULL,
  stage text NOT NULL,
  action text NOT NULL,
  because text NOT NULL,
  evidence json NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX decisions_by_model ON decisions (model, at);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON decisions EXECUTE FUNCTION refuse_change();

-- What people asked, and what became of it.
CREATE TABLE operations (
  request_id text PRIMARY KEY,
  model text NOT NULL,
  action text NOT NULL,
  by text NOT NULL,
  reason text NOT NULL,
  asked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz,
  because text,
  revision integer,
  release text
);
CREATE INDEX operations_by_model ON operations (model, asked_at);
