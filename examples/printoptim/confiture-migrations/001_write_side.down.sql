DROP TABLE w_orders;
DROP TABLE w_customers;
DROP TABLE w_tenants;
DROP TYPE order_state;
