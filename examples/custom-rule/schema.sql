CREATE TABLE orders (
    id bigint PRIMARY KEY,
    total double precision NOT NULL
);
COMMENT ON TABLE orders IS 'What customers bought: one row an order';
