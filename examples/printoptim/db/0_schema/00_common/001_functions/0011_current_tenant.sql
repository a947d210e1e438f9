CREATE FUNCTION fn_current_tenant() RETURNS uuid
    LANGUAGE sql STABLE
    SET search_path = pg_catalog
    AS $$ SELECT nullif(current_setting('app.tenant_id', true), '')::uuid $$;

COMMENT ON FUNCTION fn_current_tenant() IS 'The tenant of this session; null outside a request.';
