CREATE TABLE w_customers (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id  uuid NOT NULL REFERENCES w_tenants (id),
    first_name text NOT NULL,
    last_name  text NOT NULL,
    email      email_address,
    phone      text,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, id)
);

CREATE INDEX idx_w_customers_tenant ON w_customers (tenant_id);

COMMENT ON TABLE w_customers IS 'Who orders.';
