CREATE TABLE w_suppliers ( -- finds: multi-tenant-column
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    currency text NOT NULL REFERENCES w_ref_currencies,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN w_suppliers.created_at IS 'When the row was made';
COMMENT ON TABLE w_suppliers IS 'Of whom nobody knows whose they are';
COMMENT ON COLUMN w_suppliers.currency IS 'What they want to be paid in';
CREATE INDEX ON w_suppliers (currency);

CREATE TABLE w_invoices ( -- finds: row-security-missing
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id bigint, -- finds: tenant-column-nullable, tenant-column-unindexed
    customer_id bigint NOT NULL REFERENCES w_customers, -- finds: foreign-key-without-tenant
    number text NOT NULL UNIQUE, -- finds: unique-without-tenant
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN w_invoices.created_at IS 'When the row was made';
COMMENT ON TABLE w_invoices IS 'In the hands of whoever asks';
COMMENT ON COLUMN w_invoices.customer_id IS 'Of this tenant or another';
COMMENT ON COLUMN w_invoices.number IS 'Unique in the whole world';
CREATE INDEX ON w_invoices (customer_id);
