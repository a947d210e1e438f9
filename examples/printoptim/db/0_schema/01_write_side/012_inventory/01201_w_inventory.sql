CREATE TABLE w_inventory (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id  uuid NOT NULL REFERENCES w_tenants (id),
    product    text NOT NULL,
    on_hand    integer NOT NULL DEFAULT 0,
    reserved   integer NOT NULL DEFAULT 0
);

CREATE INDEX idx_w_inventory_tenant_product ON w_inventory (tenant_id, product);

COMMENT ON TABLE w_inventory IS 'What lies in the store, by product.';
