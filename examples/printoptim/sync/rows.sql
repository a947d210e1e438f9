-- What production holds.
INSERT INTO audit_log (what) SELECT 'login ' || n FROM generate_series(1, 20) AS n;

INSERT INTO w_customers
SELECT md5('customer ' || n)::uuid, format('00000000-0000-4000-8000-00000000000%s', n % 2 + 1)::uuid, 'Ada', 'Number ' || n,
    'ada.' || n || '@print.example', format('555-%s', 1000 + n), format('%s-%s-%s', 100 + n, 10 + n % 90, 1000 + n)
FROM generate_series(1, 500) AS n;

INSERT INTO w_orders (tenant_id, customer_id, shipping_address, payment_token, total)
SELECT tenant_id, id, 'Dock ' || n, md5(id::text || n), 10 * n FROM w_customers, generate_series(1, 8) AS n;

INSERT INTO r_customer_lifetime_value
SELECT tenant_id, customer_id, sum(total) FROM w_orders GROUP BY tenant_id, customer_id;

ANALYZE;
