CREATE TABLE r_customer_lifetime_value (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id   uuid NOT NULL,
    customer_id uuid NOT NULL,
    total_spent numeric(19, 2) NOT NULL DEFAULT 0,
    order_count integer NOT NULL DEFAULT 0,
    UNIQUE (tenant_id, customer_id)
);

COMMENT ON TABLE r_customer_lifetime_value IS 'Derived from w_customers and w_orders.';
