-- What a customer has spent, derived from the write side.
CREATE TABLE r_customer_lifetime_value (
    tenant_id   uuid NOT NULL,
    customer_id uuid NOT NULL,
    total_spent numeric(19, 2) NOT NULL DEFAULT 0,
    order_count integer NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, customer_id)
);

INSERT INTO r_customer_lifetime_value
SELECT tenant_id, customer_id, sum(total), count(*) FROM w_orders WHERE state <> 'draft' GROUP BY tenant_id, customer_id;
