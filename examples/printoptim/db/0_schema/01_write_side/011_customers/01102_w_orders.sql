CREATE TABLE w_orders (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id   uuid NOT NULL,
    customer_id uuid NOT NULL,
    state       order_state NOT NULL DEFAULT 'draft',
    total       numeric(19, 2) NOT NULL DEFAULT 0,
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT fk_w_orders_customer FOREIGN KEY (tenant_id, customer_id) REFERENCES w_customers (tenant_id, id)
);

CREATE INDEX idx_w_orders_created_at ON w_orders (created_at);

COMMENT ON TABLE w_orders IS 'What customers ordered.';
