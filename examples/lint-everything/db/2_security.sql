CREATE EXTENSION pg_trgm; -- finds nowhere: extension-in-public

CREATE TABLE w_letters ( -- finds: row-security-without-policy
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id bigint NOT NULL REFERENCES w_tenants,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN w_letters.created_at IS 'When the row was made';
COMMENT ON TABLE w_letters IS 'That nobody can read';
ALTER TABLE w_letters ENABLE ROW LEVEL SECURITY;
CREATE INDEX ON w_letters (tenant_id);

CREATE TABLE w_secrets ( -- finds: policy-without-row-security, row-security-missing
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id bigint NOT NULL REFERENCES w_tenants,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN w_secrets.created_at IS 'When the row was made';
COMMENT ON TABLE w_secrets IS 'That everybody can read';
CREATE POLICY of_tenant ON w_secrets USING (tenant_id = app_tenant());
CREATE INDEX ON w_secrets (tenant_id);

CREATE FUNCTION total_of(customer bigint) RETURNS numeric -- finds: security-definer-search-path
    LANGUAGE sql STABLE SECURITY DEFINER
    AS $$ SELECT sum(total) FROM w_orders WHERE customer_id = customer $$;

CREATE VIEW order_totals AS -- finds: security-definer-view
    SELECT customer_id, sum(total) AS total FROM w_orders GROUP BY customer_id;

CREATE VIEW all_units AS -- finds: view-selects-all
    SELECT * FROM w_ref_units;

-- finds nowhere: mixed-owners
ALTER VIEW order_totals OWNER TO pg_monitor;
