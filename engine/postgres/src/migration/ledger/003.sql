CREATE TABLE confiture.sync_run (
    run        pg_catalog.text        PRIMARY KEY,
    started_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    ended_at   pg_catalog.timestamptz,
    state      pg_catalog.text        NOT NULL,
    client     pg_catalog.text        NOT NULL,
    role       pg_catalog.text        NOT NULL DEFAULT current_user,
    source     pg_catalog.text        NOT NULL,
    snapshot   pg_catalog.text        NOT NULL,
    plan       pg_catalog.text        NOT NULL,
    copied     pg_catalog.text,
    report     pg_catalog.text
);
COMMENT ON TABLE confiture.sync_run IS 'Runs of sync into this database.';
COMMENT ON COLUMN confiture.sync_run.run IS 'Its name.';
COMMENT ON COLUMN confiture.sync_run.started_at IS 'When it began, by the clock of the server.';
COMMENT ON COLUMN confiture.sync_run.ended_at IS 'When its rows became visible, or it was given up.';
COMMENT ON COLUMN confiture.sync_run.state IS 'copying; copied: its rows are visible; verified, unverified: and were compared with the source; failed, abandoned: nothing of it is left.';
COMMENT ON COLUMN confiture.sync_run.client IS 'From where: user@host.';
COMMENT ON COLUMN confiture.sync_run.role IS 'As which database role.';
COMMENT ON COLUMN confiture.sync_run.source IS 'Where the rows came from: host, database and user.';
COMMENT ON COLUMN confiture.sync_run.snapshot IS 'Which transactions of the source are in its snapshot: xmin:xmax:those under way.';
COMMENT ON COLUMN confiture.sync_run.plan IS 'What it copies, as JSON, by which every worker goes.';
COMMENT ON COLUMN confiture.sync_run.copied IS 'What became of each table, as JSON: numbers alone.';
COMMENT ON COLUMN confiture.sync_run.report IS 'How the comparison with the source ended, as JSON, without values.';

CREATE TABLE confiture.sync_worker (
    run      pg_catalog.text        NOT NULL REFERENCES confiture.sync_run (run) ON DELETE CASCADE,
    snapshot pg_catalog.text        NOT NULL,
    client   pg_catalog.text        NOT NULL,
    since    pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    PRIMARY KEY (run, snapshot)
);
COMMENT ON TABLE confiture.sync_worker IS 'Who takes part in the snapshot of a run of sync that is copying.';
COMMENT ON COLUMN confiture.sync_worker.run IS 'The run.';
COMMENT ON COLUMN confiture.sync_worker.snapshot IS 'The name by which another session of the source may import it, as long as its holder lives.';
COMMENT ON COLUMN confiture.sync_worker.client IS 'From where: user@host.';
COMMENT ON COLUMN confiture.sync_worker.since IS 'Since when.';

CREATE TABLE confiture.sync_chunk (
    run       pg_catalog.text   NOT NULL REFERENCES confiture.sync_run (run) ON DELETE CASCADE,
    number    pg_catalog.int4   NOT NULL,
    table_at  pg_catalog.int4   NOT NULL,
    condition pg_catalog.text,
    done      pg_catalog.bool   NOT NULL DEFAULT false,
    client    pg_catalog.text,
    copied    pg_catalog.text,
    PRIMARY KEY (run, number)
);
COMMENT ON TABLE confiture.sync_chunk IS 'Parts of tables that workers of a run take one after the other. Gone once the run is done.';
COMMENT ON COLUMN confiture.sync_chunk.run IS 'The run.';
COMMENT ON COLUMN confiture.sync_chunk.number IS 'The order in which they are taken.';
COMMENT ON COLUMN confiture.sync_chunk.table_at IS 'The place of the table in the plan, from 0.';
COMMENT ON COLUMN confiture.sync_chunk.condition IS 'Which rows of the source: a range of where they lie, or of keys; none for all.';
COMMENT ON COLUMN confiture.sync_chunk.done IS 'Whether its rows are in the run''s own schema.';
COMMENT ON COLUMN confiture.sync_chunk.client IS 'Who copied it: user@host.';
COMMENT ON COLUMN confiture.sync_chunk.copied IS 'What it was, as JSON: numbers alone.';
