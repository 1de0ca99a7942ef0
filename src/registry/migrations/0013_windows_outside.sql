-- Outside: what the champion was asked while a challenger was on trial, and belongs to neither side: by callers who take no part, or
-- in the challenger's place.
ALTER TABLE windows DROP CONSTRAINT windows_role_check;
ALTER TABLE windows ADD CONSTRAINT windows_role_check CHECK (role IN ('champion', 'challenger', 'shadow', 'outside'));

-- When the registry got it. Whoever adds windows as they come reads those that came since, also where a gateway kept them to itself
-- for a while. Older windows came before all others; a constant does not rewrite the table.
ALTER TABLE windows ADD COLUMN written_at timestamptz NOT NULL DEFAULT '-infinity';
ALTER TABLE windows ALTER COLUMN written_at SET DEFAULT clock_timestamp();
CREATE INDEX windows_by_arrival ON windows (model, written_at);
