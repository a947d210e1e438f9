CREATE TABLE w_tenants (
    id   uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL UNIQUE
);

COMMENT ON TABLE w_tenants IS 'The companies that print with us.';
