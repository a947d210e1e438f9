-- What the rules are content with: every other file breaks with it in one way at a time.
CREATE FUNCTION app_tenant() RETURNS bigint LANGUAGE sql STABLE
    AS $$ SELECT current_setting('app.tenant_id', true)::bigint $$;

CREATE TABLE w_tenants (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN w_tenants.created_at IS 'When the row was made';
COMMENT ON TABLE w_tenants IS 'The companies that work with us';

CREATE TABLE w_ref_currencies (
    code text PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN w_ref_currencies.created_at IS 'When the row was made';
COMMENT ON TABLE w_ref_currencies IS 'Currencies, the same for all tenants';
COMMENT ON COLUMN w_ref_currencies.code IS 'ISO 4217';

CREATE TABLE w_customers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id bigint NOT NULL REFERENCES w_tenants,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, id)
);
COMMENT ON COLUMN w_customers.created_at IS 'When the row was made';
COMMENT ON TABLE w_customers IS 'Who buys';
COMMENT ON COLUMN w_customers.name IS 'As it stands on the invoice';
ALTER TABLE w_customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON w_customers USING (tenant_id = app_tenant());

CREATE TABLE w_orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id bigint NOT NULL,
    customer_id bigint NOT NULL,
    currency text NOT NULL REFERENCES w_ref_currencies,
    total numeric(18, 4) NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES w_customers (tenant_id, id)
);
COMMENT ON COLUMN w_orders.created_at IS 'When the row was made';
COMMENT ON TABLE w_orders IS 'What they bought';
COMMENT ON COLUMN w_orders.customer_id IS 'Who bought it';
COMMENT ON COLUMN w_orders.currency IS 'That of the total';
COMMENT ON COLUMN w_orders.total IS 'Before tax';
ALTER TABLE w_orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON w_orders USING (tenant_id = app_tenant());
CREATE INDEX ON w_orders (tenant_id, customer_id);
CREATE INDEX ON w_orders (currency);

CREATE TABLE r_lifetime_value (
    customer_id bigint PRIMARY KEY,
    tenant_id bigint NOT NULL,
    total numeric(18, 4) NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN r_lifetime_value.created_at IS 'When the row was made';
COMMENT ON TABLE r_lifetime_value IS 'Derived from w_orders';
COMMENT ON COLUMN r_lifetime_value.customer_id IS 'Who bought';
COMMENT ON COLUMN r_lifetime_value.total IS 'In the currency of the tenant';
ALTER TABLE r_lifetime_value ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON r_lifetime_value USING (tenant_id = app_tenant());
CREATE INDEX ON r_lifetime_value (tenant_id, total);
