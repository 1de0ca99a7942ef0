-- Only callers of these segments take part in the experiment; null: everybody.
ALTER TABLE traffic_revisions ADD COLUMN segments text[];
