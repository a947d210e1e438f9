CREATE TABLE w_ref_products ( -- finds: audit-column-missing
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    currency char(3) REFERENCES w_ref_currencies, -- finds: fixed-length-char
    name varchar(255), -- finds: varchar-with-length
    attributes json, -- finds: json-column
    price double precision, -- finds: float-amount
    deposit money, -- finds: money-column
    sold_since timestamp -- finds: timestamp-without-time-zone
);
COMMENT ON TABLE w_ref_products IS 'What can be bought';
COMMENT ON COLUMN w_ref_products.currency IS 'Filled up with spaces';
COMMENT ON COLUMN w_ref_products.name IS 'As long as somebody guessed';
COMMENT ON COLUMN w_ref_products.attributes IS 'Parsed each time';
COMMENT ON COLUMN w_ref_products.price IS 'Nearly';
COMMENT ON COLUMN w_ref_products.deposit IS 'In the currency of the server';
COMMENT ON COLUMN w_ref_products.sold_since IS 'Somewhere';
CREATE INDEX ON w_ref_products (currency);
