-- What was asked, by whom, when and why stays as it was said; what became of it is added later. Who was in charge, and on whose word, can so
-- be told of any moment that has passed.
CREATE FUNCTION refuse_other_words() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  said text;
BEGIN
  FOREACH said IN ARRAY TG_ARGV LOOP
    IF to_jsonb(OLD) -> said IS DISTINCT FROM to_jsonb(NEW) -> said THEN
      RAISE EXCEPTION '% of % stays as it was written', said, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
  END LOOP;
  RETURN NEW;
END $$;

CREATE TRIGGER kept_words BEFORE UPDATE ON triggers
  FOR EACH ROW EXECUTE FUNCTION refuse_other_words('id', 'model', 'kind', 'because', 'by', 'evidence', 'at');
CREATE TRIGGER kept_words BEFORE UPDATE ON operations
  FOR EACH ROW EXECUTE FUNCTION refuse_other_words('request_id', 'model', 'action', 'by', 'reason', 'asked_at');
CREATE TRIGGER kept_words BEFORE UPDATE ON releases
  FOR EACH ROW EXECUTE FUNCTION refuse_other_words('id', 'model', 'number', 'run_id', 'trigger_id', 'override_gates', 'shuffle_labels', 'as_of', 'started_at');

CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON triggers EXECUTE FUNCTION refuse_change();
CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON operations EXECUTE FUNCTION refuse_change();
CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON releases EXECUTE FUNCTION refuse_change();
