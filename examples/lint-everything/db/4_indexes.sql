CREATE TABLE w_ref_parts ( -- finds: too-many-indexes
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    currency text REFERENCES w_ref_currencies,
    name text,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN w_ref_parts.created_at IS 'When the row was made';
COMMENT ON TABLE w_ref_parts IS 'Which are found in many ways';
COMMENT ON COLUMN w_ref_parts.currency IS 'That of their price';
COMMENT ON COLUMN w_ref_parts.name IS 'Not unique';
CREATE INDEX parts_currency ON w_ref_parts (currency, name);
CREATE INDEX parts_currency_alone ON w_ref_parts (currency); -- finds: redundant-index
CREATE INDEX parts_name ON w_ref_parts (name, id);
CREATE INDEX parts_name_again ON w_ref_parts (name, id); -- finds: duplicate-index
CREATE INDEX parts_name_pattern ON w_ref_parts (name text_pattern_ops);
CREATE INDEX parts_name_lower ON w_ref_parts (lower(name));
CREATE INDEX parts_unnamed ON w_ref_parts (currency) WHERE name IS NULL;
CREATE INDEX parts_day ON w_ref_parts (created_at DESC);
CREATE INDEX parts_day_up ON w_ref_parts (created_at);

CREATE TABLE w_ref_readings ( -- finds: row-trigger-on-big-table
    id bigint,
    unit text REFERENCES w_ref_units,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at);
COMMENT ON COLUMN w_ref_readings.created_at IS 'When the row was made';
COMMENT ON TABLE w_ref_readings IS 'One partition a year';
COMMENT ON COLUMN w_ref_readings.unit IS 'Of the reading';
CREATE TABLE w_ref_readings_2024 PARTITION OF w_ref_readings
    FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE INDEX readings_unit ON w_ref_readings (unit);
CREATE INDEX readings_day ON ONLY w_ref_readings (created_at); -- finds: invalid-index

CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER touch AFTER INSERT ON w_ref_readings
    FOR EACH ROW EXECUTE FUNCTION touch();
