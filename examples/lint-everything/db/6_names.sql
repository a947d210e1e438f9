CREATE TABLE "w_ref_Colours" ( -- finds: mixed-case-name, table-comment
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit text REFERENCES w_ref_units,
    "displayName" text, -- finds: mixed-case-name
    "order" integer, -- finds: reserved-word-name
    position integer, -- finds: column-comment
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN "w_ref_Colours".created_at IS 'When the row was made';
COMMENT ON COLUMN "w_ref_Colours".unit IS 'Of the wavelength';
COMMENT ON COLUMN "w_ref_Colours"."displayName" IS 'Quoted for ever';
COMMENT ON COLUMN "w_ref_Colours"."order" IS 'In which they stand';
CREATE INDEX an_index_for_the_report_of_all_colours_by_unit_that_nobody_reads_any_more -- finds: cut-identifier
    ON "w_ref_Colours" (unit);
