CREATE UNLOGGED TABLE inventory_summary (
    tenant_id uuid NOT NULL,
    product   text NOT NULL,
    available integer NOT NULL,
    PRIMARY KEY (tenant_id, product)
);

COMMENT ON TABLE inventory_summary IS 'Derived from w_inventory.';
