CREATE TABLE confiture.step (
    version        pg_catalog.text NOT NULL REFERENCES confiture.migration (version) ON DELETE CASCADE,
    hook           pg_catalog.text NOT NULL,
    path           pg_catalog.text NOT NULL,
    title          pg_catalog.text NOT NULL,
    arguments      pg_catalog.text NOT NULL,
    estimated_rows pg_catalog.int8,
    parallel       pg_catalog.bool NOT NULL,
    state          pg_catalog.text NOT NULL,
    changed_rows   pg_catalog.int8 NOT NULL,
    PRIMARY KEY (version, hook, path)
);
COMMENT ON TABLE confiture.step IS 'Steps of hooks of migrations that are not finished, so that a run goes on at the first that is not done. Gone once the migration is.';
COMMENT ON COLUMN confiture.step.version IS 'The migration.';
COMMENT ON COLUMN confiture.step.hook IS 'Which of its hooks: phase, plugin, name and number.';
COMMENT ON COLUMN confiture.step.path IS 'Its place among the steps of the hook: 3, or 3.1 for one that step 3 found; empty for the hook as a whole.';
COMMENT ON COLUMN confiture.step.title IS 'What it does, for people.';
COMMENT ON COLUMN confiture.step.arguments IS 'What the hook is told to do it. May hold keys of rows.';
COMMENT ON COLUMN confiture.step.estimated_rows IS 'How many rows it is about, where the hook knows.';
COMMENT ON COLUMN confiture.step.parallel IS 'Whether it may run beside others.';
COMMENT ON COLUMN confiture.step.state IS 'planned; sent: begun outside of transactions, and nobody has recorded how it ended; done.';
COMMENT ON COLUMN confiture.step.changed_rows IS 'How many rows it changed, as the hook counts them.';

COMMENT ON COLUMN confiture.migration.state IS 'applied; stages-pending: committed, with work after the commit to do; partial, undoing: stopped part-way, outside a transaction; undone-stages-pending: undone, with work after that commit to do.';
