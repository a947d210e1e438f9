CREATE FUNCTION fn_compute_clv(tenant uuid) RETURNS TABLE (customer_id uuid, total_spent numeric, order_count bigint)
    LANGUAGE sql STABLE
    AS $$
        SELECT o.customer_id, sum(o.total), count(*)
        FROM w_orders AS o
        WHERE o.tenant_id = tenant
        GROUP BY o.customer_id;
    $$;
