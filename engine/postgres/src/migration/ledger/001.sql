CREATE TABLE confiture.meta (
    single         pg_catalog.bool        PRIMARY KEY DEFAULT true CHECK (single),
    ledger_version pg_catalog.int4        NOT NULL,
    changed_at     pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON TABLE confiture.meta IS 'One row: the form of this ledger.';
COMMENT ON COLUMN confiture.meta.single IS 'Keeps it at one row.';
COMMENT ON COLUMN confiture.meta.ledger_version IS 'Which form the tables of this schema have. A program that knows only older ones refuses to write here.';
COMMENT ON COLUMN confiture.meta.changed_at IS 'When the tables got this form.';

CREATE TABLE confiture.snapshot (
    address        pg_catalog.text        PRIMARY KEY,
    server_version pg_catalog.int4        NOT NULL,
    taken_at       pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    body           pg_catalog.text        NOT NULL
);
COMMENT ON TABLE confiture.snapshot IS 'Schemas as they were after a migration, each stored once.';
COMMENT ON COLUMN confiture.snapshot.address IS 'SHA-256 of the body, in hexadecimal.';
COMMENT ON COLUMN confiture.snapshot.server_version IS 'server_version_num of the server on which it was first taken; not part of the body.';
COMMENT ON COLUMN confiture.snapshot.taken_at IS 'When it was first taken.';
COMMENT ON COLUMN confiture.snapshot.body IS 'The schema as JSON with sorted keys, without statistics.';

CREATE TABLE confiture.migration (
    version     pg_catalog.text        PRIMARY KEY,
    name        pg_catalog.text        NOT NULL,
    checksum    pg_catalog.text        NOT NULL,
    state       pg_catalog.text        NOT NULL,
    done        pg_catalog.int8,
    started     pg_catalog.bool,
    applied_at  pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    applied_by  pg_catalog.text        NOT NULL,
    duration_ms pg_catalog.int8        NOT NULL,
    snapshot    pg_catalog.text        REFERENCES confiture.snapshot (address),
    origin      pg_catalog.text        NOT NULL
);
CREATE INDEX migration_snapshot_idx ON confiture.migration (snapshot);
COMMENT ON TABLE confiture.migration IS 'The migrations that are applied to this database now.';
COMMENT ON COLUMN confiture.migration.version IS 'The digits of its version; R__name for a repeatable one.';
COMMENT ON COLUMN confiture.migration.name IS 'What stands behind the version in the name of its file.';
COMMENT ON COLUMN confiture.migration.checksum IS 'SHA-256 of its statements, in hexadecimal; empty for a baseline without files.';
COMMENT ON COLUMN confiture.migration.state IS 'applied; stages-pending: committed, with work after the commit to do; partial, undoing: stopped part-way, outside a transaction.';
COMMENT ON COLUMN confiture.migration.done IS 'Where it is not applied in full: how many stages or statements are done.';
COMMENT ON COLUMN confiture.migration.started IS 'Whether the statement after those that are done was sent to the server.';
COMMENT ON COLUMN confiture.migration.applied_at IS 'When it was applied, or taken over from another tool.';
COMMENT ON COLUMN confiture.migration.applied_by IS 'user@host of the client, and the database role.';
COMMENT ON COLUMN confiture.migration.duration_ms IS 'How long it took, in milliseconds.';
COMMENT ON COLUMN confiture.migration.snapshot IS 'The schema after it, where it was recorded.';
COMMENT ON COLUMN confiture.migration.origin IS 'run, baseline, or adopted: and the tool that had applied it.';

CREATE TABLE confiture.event (
    id          pg_catalog.int8        PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    at          pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    kind        pg_catalog.text        NOT NULL,
    version     pg_catalog.text,
    name        pg_catalog.text,
    run         pg_catalog.uuid        NOT NULL,
    client      pg_catalog.text        NOT NULL,
    role        pg_catalog.text        NOT NULL,
    duration_ms pg_catalog.int8,
    details     pg_catalog.jsonb       NOT NULL
);
CREATE INDEX event_run_idx ON confiture.event (run);
COMMENT ON TABLE confiture.event IS 'Everything that happened, in order. Rows are only ever added.';
COMMENT ON COLUMN confiture.event.id IS 'Grows with every event.';
COMMENT ON COLUMN confiture.event.at IS 'When, by the clock of the server.';
COMMENT ON COLUMN confiture.event.kind IS 'What: applied, rolled-back, failed, resumed, baselined, repaired, adopted, ...';
COMMENT ON COLUMN confiture.event.version IS 'Of which migration; none for an event of the whole ledger.';
COMMENT ON COLUMN confiture.event.name IS 'The name of that migration.';
COMMENT ON COLUMN confiture.event.run IS 'The run that it belongs to.';
COMMENT ON COLUMN confiture.event.client IS 'From where: user@host.';
COMMENT ON COLUMN confiture.event.role IS 'As which database role.';
COMMENT ON COLUMN confiture.event.duration_ms IS 'How long it took, in milliseconds.';
COMMENT ON COLUMN confiture.event.details IS 'Statistics and SQLSTATEs; never values of rows.';

CREATE FUNCTION confiture.refuse_change() RETURNS pg_catalog.trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $refuse$
BEGIN
    RAISE EXCEPTION 'rows of confiture.% are only ever added', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege', HINT = 'What happened stays recorded. To correct the ledger, use: confiture migrate repair';
END
$refuse$;
COMMENT ON FUNCTION confiture.refuse_change() IS 'Keeps what happened from being altered.';

CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON confiture.event
    FOR EACH STATEMENT EXECUTE FUNCTION confiture.refuse_change();
-- Also in sessions that replay another database's changes, where ordinary triggers do not fire.
ALTER TABLE confiture.event ENABLE ALWAYS TRIGGER only_added;
