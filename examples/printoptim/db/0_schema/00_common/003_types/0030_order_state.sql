CREATE TYPE order_state AS ENUM ('draft', 'placed', 'shipped', 'cancelled');
CREATE DOMAIN email_address AS text CHECK (value LIKE '%_@_%');
