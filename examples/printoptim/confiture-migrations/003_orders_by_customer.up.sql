-- Built beside the traffic, outside of a transaction.
CREATE INDEX CONCURRENTLY idx_w_orders_customer ON w_orders (tenant_id, customer_id);
