-- The databases that `cargo xtask demo` syncs: production, and QA, which has the same schema.
CREATE TABLE w_tenants (
    id   uuid PRIMARY KEY,
    name text NOT NULL UNIQUE
);

CREATE TABLE audit_log (
    id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    what text NOT NULL
);

CREATE TABLE w_customers (
    id         uuid PRIMARY KEY,
    tenant_id  uuid NOT NULL REFERENCES w_tenants (id),
    first_name text NOT NULL,
    last_name  text NOT NULL,
    email      varchar(120) NOT NULL UNIQUE,
    phone      varchar(24),
    ssn        char(11)
);

CREATE TABLE w_orders (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id        uuid NOT NULL REFERENCES w_tenants (id),
    customer_id      uuid NOT NULL REFERENCES w_customers (id),
    shipping_address text,
    payment_token    text,
    total            numeric(19, 2) NOT NULL
);

CREATE TABLE r_customer_lifetime_value (
    tenant_id   uuid NOT NULL REFERENCES w_tenants (id),
    customer_id uuid NOT NULL REFERENCES w_customers (id),
    total_spent numeric(19, 2) NOT NULL,
    PRIMARY KEY (tenant_id, customer_id)
);

-- The profile skips the tenants: both databases have them.
INSERT INTO w_tenants VALUES
    ('00000000-0000-4000-8000-000000000001', 'Copy Corner'),
    ('00000000-0000-4000-8000-000000000002', 'Paper & Co');
