-- The bins that a version's windows count in, laid over the rows it was accepted on: src/stats/reference-bins.ts. Null where a
-- version was registered without.
ALTER TABLE versions ADD COLUMN reference json;

-- Latency is a sketch now, and scores and features are counted in the version's own bins. The histograms of older windows are on
-- other bounds and say nothing about these: such windows keep their counters and lose them.
ALTER TABLE windows
  DROP COLUMN latency,
  DROP COLUMN score,
  -- Answered.
  ADD COLUMN rows bigint NOT NULL DEFAULT 0,
  -- Errors of one caller each, by a hash of its key, ascending. Those of callers with a greater hash than the last are together
  -- in error_others. What is then missing from errors came without a key.
  ADD COLUMN error_keys bigint[] NOT NULL DEFAULT '{}',
  ADD COLUMN error_counts bigint[] NOT NULL DEFAULT '{}',
  ADD COLUMN error_others bigint NOT NULL DEFAULT 0,
  -- DDSketch, see src/serving/latency-sketch.ts: requests that took no time, then the buckets that are not empty.
  ADD COLUMN latency_zeros bigint NOT NULL DEFAULT 0,
  ADD COLUMN latency_buckets smallint[] NOT NULL DEFAULT '{}',
  ADD COLUMN latency_counts bigint[] NOT NULL DEFAULT '{}',
  -- Rows by bin of the version's reference; empty without one.
  ADD COLUMN score_bins bigint[] NOT NULL DEFAULT '{}',
  ADD COLUMN feature_bins bigint[] NOT NULL DEFAULT '{}',
  -- What scoring cost.
  ADD COLUMN cpu_micros bigint NOT NULL DEFAULT 0,
  ADD COLUMN scored_rows bigint NOT NULL DEFAULT 0,
  ADD COLUMN memory_bytes bigint NOT NULL DEFAULT 0,
  ADD CHECK (cardinality(error_keys) = cardinality(error_counts)),
  ADD CHECK (cardinality(latency_buckets) = cardinality(latency_counts));

-- A guard adds the windows of one version: under one revision, or since a revision and a moment, every second.
DROP INDEX windows_by_revision;
CREATE INDEX windows_by_version ON windows (model, version, revision, ended_at);
