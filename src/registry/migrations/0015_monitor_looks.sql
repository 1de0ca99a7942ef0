-- Alarms of a model's monitor, as its last look left them. One that is over keeps what it said.
CREATE TABLE alarms (
  model text NOT NULL REFERENCES models (name),
  kind text NOT NULL,
  raised_at timestamptz NOT NULL,
  because text NOT NULL,
  over_at timestamptz,
  over_because text,
  PRIMARY KEY (model, kind, raised_at)
);

-- What looks of a monitor saw of each feature: evidence and measures, against what the champion was accepted on. A look is named by
-- the newest prediction that it saw, so that a repeated one replaces itself. Kept for 30 days.
CREATE TABLE drift_reports (
  model text NOT NULL REFERENCES models (name),
  newest text NOT NULL,
  at timestamptz NOT NULL,
  version integer NOT NULL,
  report json NOT NULL,
  PRIMARY KEY (model, newest)
);
CREATE INDEX drift_reports_by_time ON drift_reports (model, at);
