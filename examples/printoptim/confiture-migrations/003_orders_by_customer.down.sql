DROP INDEX CONCURRENTLY idx_w_orders_customer;
