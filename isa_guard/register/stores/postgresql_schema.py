"""The tables of a register in a PostgreSQL database.

`entry`, `trust_root`, `kept_checkpoint` and the checkpoint in `head` are the log. `record`, `subtree` and the size and
peaks in `head` are noted of it, and worth nothing as evidence. Documents are stored uncompressed and without
statistics, so that whoever looks for one in the files of the database finds it exactly where it still is.
"""

from __future__ import annotations

from typing import Final

NAMES: Final = (
    "entry",
    "record",
    "subtree",
    "head",
    "trust_root",
    "kept_checkpoint",
    "part",
    "blob",
    "kept_case",
    "erasing",
    "backup",
)
COMMITMENTS: Final = "commitments.key"

TABLES: Final = """
CREATE TABLE entry(idx bigint PRIMARY KEY CHECK (idx >= 0), envelope bytea NOT NULL);
CREATE TABLE record(idx bigint PRIMARY KEY, leaf bytea NOT NULL, id text NOT NULL, subject bytea NOT NULL);
CREATE INDEX record_id ON record(id);
CREATE INDEX record_subject ON record(subject);
CREATE TABLE subtree(level integer, n bigint, hash bytea NOT NULL, PRIMARY KEY (level, n));
CREATE TABLE head(
  one boolean PRIMARY KEY DEFAULT true CHECK (one), checkpoint bytea NOT NULL,
  size bigint NOT NULL DEFAULT 0, peaks bytea NOT NULL DEFAULT '');
CREATE TABLE trust_root(version integer PRIMARY KEY, content bytea NOT NULL);
CREATE TABLE kept_checkpoint(size bigint, digest bytea, note bytea NOT NULL, PRIMARY KEY (size, digest));
CREATE TABLE part(name text PRIMARY KEY, content bytea NOT NULL);
CREATE TABLE blob(shelf text, digest bytea, content bytea NOT NULL, PRIMARY KEY (shelf, digest));
CREATE TABLE kept_case(digest bytea PRIMARY KEY, content bytea NOT NULL);
CREATE TABLE erasing(digest bytea PRIMARY KEY);
CREATE TABLE backup(n bigint GENERATED ALWAYS AS IDENTITY, place text PRIMARY KEY);

ALTER TABLE entry ALTER envelope SET STORAGE EXTERNAL, ALTER envelope SET STATISTICS 0;
ALTER TABLE blob ALTER content SET STORAGE EXTERNAL, ALTER content SET STATISTICS 0;
ALTER TABLE kept_case ALTER content SET STORAGE EXTERNAL, ALTER content SET STATISTICS 0;

-- A help against mistakes, and no control: whoever owns the tables can take it away. The tree is the control.
REVOKE UPDATE, DELETE, TRUNCATE ON entry, trust_root, kept_checkpoint FROM PUBLIC;
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN RAISE EXCEPTION ''nothing in % is ever changed: it is part of a signed register'', TG_TABLE_NAME; END';
CREATE TRIGGER never BEFORE UPDATE OR DELETE OR TRUNCATE ON entry EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never BEFORE UPDATE OR DELETE OR TRUNCATE ON trust_root EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never BEFORE UPDATE OR DELETE OR TRUNCATE ON kept_checkpoint EXECUTE FUNCTION refuse_change();
"""

# Rewriting the table copies what is there now and nothing else. VACUUM FULL would also copy what a long transaction
# elsewhere can still see. A change of type forgets how the column is stored, so that is said again.
REWRITE_CASES: Final = """
ALTER TABLE kept_case
  ALTER content TYPE bytea USING content || ''::bytea,
  ALTER content SET STORAGE EXTERNAL,
  ALTER content SET STATISTICS 0
"""
