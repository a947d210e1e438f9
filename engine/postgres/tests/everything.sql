CREATE SCHEMA app;
CREATE SCHEMA "Quoted Schema";
CREATE SCHEMA confiture;
CREATE TABLE confiture.migration (id int);
COMMENT ON SCHEMA app IS 'not a relation';
CREATE TYPE app.mood AS ENUM ('sad', 'it''s ok', 'happy');
ALTER TYPE app.mood ADD VALUE 'so so' BEFORE 'happy';
COMMENT ON TYPE app.mood IS 'How one feels';
CREATE DOMAIN app.positive AS numeric(10,2) DEFAULT 1 NOT NULL CONSTRAINT pos CHECK (VALUE > 0) CHECK (VALUE < 1000);
CREATE TYPE app.pair AS (a int, "B b" text);
CREATE TYPE app.spans AS RANGE (subtype = date);
CREATE FUNCTION app.tenant() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
  AS 'SELECT current_setting(''app.tenant'', true)::bigint';
COMMENT ON FUNCTION app.tenant() IS 'Whose';
CREATE FUNCTION app.tenant(a int, OUT b text) LANGUAGE sql IMMUTABLE AS 'SELECT a::text';
CREATE PROCEDURE app.tidy(INOUT n int) LANGUAGE plpgsql AS $$ BEGIN n := n + 1; END $$;
CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE AGGREGATE app.total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
CREATE TABLE app.w_customer (
  tenant_id bigint NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  name varchar(50) NOT NULL DEFAULT 'x''y',
  upper_name text GENERATED ALWAYS AS (upper(name)) STORED,
  feeling app.mood,
  amount app.positive,
  tags text[] DEFAULT '{}',
  "Odd Name" timestamptz(3) DEFAULT now(),
  dropped int,
  code text COLLATE "C",
  CONSTRAINT w_customer_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT name_key UNIQUE (name) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT amount_check CHECK (amount > 1 OR name IS NULL)
) WITH (fillfactor = 70);
ALTER TABLE app.w_customer DROP COLUMN dropped;
COMMENT ON TABLE app.w_customer IS 'Who buys';
COMMENT ON COLUMN app.w_customer."Odd Name" IS 'Odd';
CREATE INDEX w_customer_expr ON app.w_customer (lower(name), (tenant_id + 1) DESC, code COLLATE "POSIX" text_pattern_ops)
  INCLUDE (feeling) WHERE feeling IS NOT NULL;
CREATE INDEX w_customer_order ON app.w_customer (name DESC NULLS LAST, tenant_id NULLS FIRST, id DESC);
CREATE INDEX w_customer_tags ON app.w_customer USING gin (tags);
CREATE TABLE "Quoted Schema"."Order.Line" (
  id serial PRIMARY KEY,
  tenant_id bigint,
  customer_id bigint,
  CONSTRAINT to_customer FOREIGN KEY (tenant_id, customer_id) REFERENCES app.w_customer ON DELETE CASCADE ON UPDATE SET NULL,
  CONSTRAINT no_overlap EXCLUDE USING gist (int8range(tenant_id, customer_id) WITH &&)
);
ALTER TABLE "Quoted Schema"."Order.Line" ADD CONSTRAINT later CHECK (id > 0) NOT VALID;
CREATE UNLOGGED TABLE app.cache (id int);
CREATE TABLE app.log (id bigint, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE app.log_2020 PARTITION OF app.log FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE app.log_rest PARTITION OF app.log DEFAULT PARTITION BY HASH (id);
CREATE INDEX log_at ON app.log (at);
CREATE TRIGGER each_log AFTER INSERT ON app.log FOR EACH ROW EXECUTE FUNCTION app.touch();
CREATE TABLE app.parent (a int);
CREATE TABLE app.child (b int) INHERITS (app.parent);
CREATE VIEW app.v_customer WITH (security_barrier) AS SELECT c.name, l.id FROM app.w_customer c JOIN "Quoted Schema"."Order.Line" l ON l.customer_id = c.id;
CREATE VIEW app.v_above AS SELECT count(*) AS n FROM app.v_customer;
COMMENT ON VIEW app.v_above IS 'On top';
CREATE MATERIALIZED VIEW app.m_names AS SELECT name FROM app.w_customer WITH NO DATA;
CREATE UNIQUE INDEX m_names_name ON app.m_names (name);
CREATE RECURSIVE VIEW app.v_count (n) AS SELECT 1 UNION ALL SELECT n + 1 FROM v_count WHERE n < 3;
CREATE ROLE reader;
CREATE ROLE writer;
ALTER TABLE app.w_customer ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON app.w_customer USING (tenant_id = app.tenant());
CREATE POLICY write_rows ON app.w_customer AS RESTRICTIVE FOR INSERT TO writer, reader WITH CHECK (amount > 2);
CREATE TRIGGER touch BEFORE UPDATE OF name ON app.w_customer FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION app.touch();
CREATE TRIGGER truncated AFTER TRUNCATE ON app.w_customer FOR EACH STATEMENT EXECUTE FUNCTION app.touch();
ALTER TABLE app.w_customer DISABLE TRIGGER truncated;
CREATE CONSTRAINT TRIGGER checked AFTER INSERT ON app.cache DEFERRABLE FOR EACH ROW EXECUTE FUNCTION app.touch();
CREATE SEQUENCE app.alone AS smallint INCREMENT -1 MINVALUE -10 MAXVALUE -1 CYCLE;
SELECT nextval('app.alone'), nextval('app.alone');
CREATE FOREIGN DATA WRAPPER nothing;
CREATE SERVER nowhere FOREIGN DATA WRAPPER nothing;
CREATE FOREIGN TABLE app.far (id int, name text) SERVER nowhere;
CREATE STATISTICS app.some ON tenant_id, name FROM app.w_customer;
CREATE RULE nothing AS ON DELETE TO app.cache DO INSTEAD NOTHING;
CREATE TEMPORARY TABLE passing (id int);
INSERT INTO app.w_customer (tenant_id, name, amount) SELECT n, 'n' || n, 5 FROM generate_series(1, 10) n;
ANALYZE app.w_customer;
