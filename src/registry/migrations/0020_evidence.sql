-- What made a version: the pawl that trained, and the digest of the trainer's own code where it is not pawl's. Null for versions of
-- before, for endpoints, and for copies that drills make.
ALTER TABLE versions ADD COLUMN code json;
