-- Roles belong to the cluster, not to the database: make them only where they are missing.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'printoptim_app') THEN
        CREATE ROLE printoptim_app NOLOGIN;
    END IF;
END
$$;
