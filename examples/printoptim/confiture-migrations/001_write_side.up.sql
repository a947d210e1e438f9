-- Where orders come in.
CREATE TYPE order_state AS ENUM ('draft', 'placed', 'shipped', 'cancelled');

CREATE TABLE w_tenants (
    id   uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL UNIQUE
);

CREATE TABLE w_customers (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id  uuid NOT NULL REFERENCES w_tenants (id),
    name       text NOT NULL,
    UNIQUE (tenant_id, id)
);

CREATE TABLE w_orders (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id   uuid NOT NULL,
    customer_id uuid NOT NULL,
    state       order_state NOT NULL DEFAULT 'draft',
    total       numeric(19, 2) NOT NULL DEFAULT 0,
    CONSTRAINT fk_w_orders_customer FOREIGN KEY (tenant_id, customer_id) REFERENCES w_customers (tenant_id, id)
);

INSERT INTO w_tenants (name) VALUES ('Copy Corner'), ('Paper & Co');
INSERT INTO w_customers (tenant_id, name) SELECT id, 'Walk-in of ' || name FROM w_tenants;
INSERT INTO w_orders (tenant_id, customer_id, state, total)
SELECT tenant_id, id, 'placed', 10 * n FROM w_customers, generate_series(1, 3) AS n;
