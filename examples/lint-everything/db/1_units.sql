CREATE TABLE w_ref_units (
    code text PRIMARY KEY,
    plural text,
    factor double precision,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN w_ref_units.created_at IS 'When the row was made';
COMMENT ON TABLE w_ref_units IS 'What is measured, and in what';
COMMENT ON COLUMN w_ref_units.code IS 'As the SI writes it';
COMMENT ON COLUMN w_ref_units.plural IS 'Where it has one';
COMMENT ON COLUMN w_ref_units.factor IS 'To the base unit: a float, and no amount of money';

CREATE TABLE w_ref_holidays ( -- finds: isolated-table
    day date PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN w_ref_holidays.created_at IS 'When the row was made';
COMMENT ON TABLE w_ref_holidays IS 'That no table and no view asks for';
COMMENT ON COLUMN w_ref_holidays.day IS 'On which nobody works';
