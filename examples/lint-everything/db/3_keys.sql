CREATE TABLE w_events ( -- finds: primary-key-required
    tenant_id bigint NOT NULL REFERENCES w_tenants,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN w_events.created_at IS 'When the row was made';
COMMENT ON TABLE w_events IS 'Of which none can be told from another';
ALTER TABLE w_events ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON w_events USING (tenant_id = app_tenant());
CREATE INDEX ON w_events (tenant_id);

CREATE TABLE w_ref_groups (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind_id integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN w_ref_groups.created_at IS 'When the row was made';
COMMENT ON TABLE w_ref_groups IS 'Groups of kinds';
COMMENT ON COLUMN w_ref_groups.kind_id IS 'The kind that it is of';
CREATE INDEX ON w_ref_groups (kind_id);

CREATE TABLE w_ref_kinds (
    id serial PRIMARY KEY, -- finds: integer-key, serial-column
    of_kind bigint CONSTRAINT of_kind_exists REFERENCES w_ref_groups, -- finds: foreign-key-indexed
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN w_ref_kinds.created_at IS 'When the row was made';
COMMENT ON TABLE w_ref_kinds IS 'Kinds of groups';
COMMENT ON COLUMN w_ref_kinds.of_kind IS 'The group that it is of';
ALTER TABLE w_ref_kinds ADD CONSTRAINT id_is_positive CHECK (id > 0) NOT VALID; -- finds: constraint-not-valid
ALTER TABLE w_ref_groups ADD FOREIGN KEY (kind_id) REFERENCES w_ref_kinds; -- finds: circular-foreign-keys

CREATE TABLE r_report (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id bigint NOT NULL REFERENCES w_tenants, -- finds: read-model-foreign-key
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN r_report.created_at IS 'When the row was made';
COMMENT ON TABLE r_report IS 'That holds on to its tenant';
ALTER TABLE r_report ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON r_report USING (tenant_id = app_tenant());
CREATE INDEX ON r_report (tenant_id);
