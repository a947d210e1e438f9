//! Tables that change places with the run's own: where nothing depends on a table, its rows need not be written twice.

use super::super::{
    error::SyncError,
    link::{Link, get},
    name::{identifier, list, literal, qualified},
};
use confiture_model::sync::{ForeignKey, Name, Plan, TablePlan};
use tokio_postgres::Row;

/// What the run's own table says of itself where it was made to change places.
const MARK: &str = "made to change places";

/// Which versions of the catalog's rows make a table what it is: its columns, their defaults and its checks, with their
/// comments. Whoever alters it since makes other ones, and what was made from it then cannot take its place.
const SHAPE: &str =
    "SELECT pg_catalog.md5(pg_catalog.string_agg(one.version, ',' ORDER BY one.version)) AS shape FROM (
        SELECT pg_catalog.concat('a', attnum, ' ', xmin) AS version FROM pg_catalog.pg_attribute
            WHERE attrelid = pg_catalog.to_regclass($1)::pg_catalog.oid AND attnum > 0
        UNION ALL SELECT pg_catalog.concat('d', oid, ' ', xmin) FROM pg_catalog.pg_attrdef
            WHERE adrelid = pg_catalog.to_regclass($1)::pg_catalog.oid
        UNION ALL SELECT pg_catalog.concat('k', oid, ' ', xmin) FROM pg_catalog.pg_constraint
            WHERE conrelid = pg_catalog.to_regclass($1)::pg_catalog.oid AND contype IN ('c', 'n')
        UNION ALL SELECT pg_catalog.concat('c', objoid, ' ', objsubid, ' ', xmin) FROM pg_catalog.pg_description
            WHERE objoid = pg_catalog.to_regclass($1)::pg_catalog.oid AND objsubid > 0
                AND classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
        UNION ALL SELECT pg_catalog.concat('o', d.objoid, ' ', d.xmin) FROM pg_catalog.pg_description d
            JOIN pg_catalog.pg_constraint k ON k.oid = d.objoid
            WHERE d.classoid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND k.contype IN ('c', 'n')
                AND k.conrelid = pg_catalog.to_regclass($1)::pg_catalog.oid) one";

/// Whether all that a table is can be given to another one, and nothing refers to this one but by its name. Its indexes
/// and its own foreign keys are taken off and made again as for any table.
const ALONE: &str = "SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_am m ON m.oid = c.relam
    WHERE c.oid = pg_catalog.to_regclass($1)::pg_catalog.oid AND c.relkind = 'r' AND c.relpersistence = 'p' AND NOT c.relispartition
        AND NOT c.relrowsecurity AND NOT c.relforcerowsecurity AND c.reloftype = 0 AND c.relreplident = 'd'
        AND c.reltablespace = 0 AND m.amname = 'heap'
        AND pg_catalog.has_schema_privilege(c.relnamespace, 'CREATE')
        AND (pg_catalog.pg_get_userbyid(c.relowner) = current_user
            OR (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user))
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits WHERE c.oid IN (inhrelid, inhparent))
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal)
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_rewrite WHERE ev_class = c.oid)
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_policy WHERE polrelid = c.oid)
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_publication_rel WHERE prrelid = c.oid)
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_statistic_ext WHERE stxrelid = c.oid)
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_seclabel WHERE objoid = c.oid AND classoid = 'pg_catalog.pg_class'::pg_catalog.regclass)
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_default_acl WHERE defaclobjtype = 'r')
        AND NOT EXISTS (SELECT FROM pg_catalog.aclexplode(c.relacl) x WHERE x.grantor <> c.relowner)
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_class t WHERE t.oid = c.reltoastrelid AND t.reloptions IS NOT NULL)
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE (k.confrelid = c.oid AND k.contype = 'f')
            OR (k.conrelid = c.oid AND (NOT k.convalidated OR k.contype NOT IN ('c', 'f', 'p', 'u', 'n'))))
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            AND (a.attidentity <> '' OR a.attacl IS NOT NULL OR a.attoptions IS NOT NULL OR a.attstattarget >= 0))
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.deptype IN ('n', 'e', 'x') AND (
                (d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = c.oid)
                OR (d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.refobjid IN (
                    SELECT oid FROM pg_catalog.pg_type WHERE typrelid = c.oid
                    UNION SELECT typarray FROM pg_catalog.pg_type WHERE typrelid = c.oid))
                OR (d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype <> 'n'))
            AND NOT (d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass
                AND d.objid IN (SELECT oid FROM pg_catalog.pg_constraint WHERE conrelid = c.oid))
            AND NOT (d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass
                AND d.objid IN (SELECT oid FROM pg_catalog.pg_attrdef WHERE adrelid = c.oid)))
        AND (SELECT pg_catalog.count(*) FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
            AND NOT a.attisdropped AND a.attgenerated = '') = $2";

/// Whether its indexes and foreign keys are off.
const BARE: &str = "SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_index WHERE indrelid = c.oid)
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE conrelid = c.oid AND contype = 'f') AS bare,
        pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(c.relowner)) AS owner, c.relacl IS NOT NULL AS granted, c.reloptions AS options,
        pg_catalog.obj_description(c.oid, 'pg_class') AS comment,
        ARRAY(SELECT pg_catalog.concat(x.privilege_type, ' ON TABLE %s TO ', CASE x.grantee WHEN 0 THEN 'PUBLIC'
                ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) END,
                CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' END)
            FROM pg_catalog.aclexplode(c.relacl) WITH ORDINALITY x (grantor, grantee, privilege_type, is_grantable, place)
            ORDER BY x.place) AS grants,
        ARRAY(SELECT pg_catalog.concat(pg_catalog.quote_ident(n.nspname), '.', pg_catalog.quote_ident(s.relname))
            FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
            JOIN pg_catalog.pg_namespace n ON n.oid = s.relnamespace
            WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = c.oid
                AND d.deptype = 'a' ORDER BY s.oid) AS sequences,
        ARRAY(SELECT pg_catalog.quote_ident(a.attname)
            FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
            JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
            WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = c.oid
                AND d.deptype = 'a' ORDER BY s.oid) AS owners
    FROM pg_catalog.pg_class c WHERE c.oid = pg_catalog.to_regclass($1)::pg_catalog.oid";

/// Makes the run's own table for one of the plan: one that can take its place, or one of the same columns alone, at which no
/// row fails.
pub(in super::super) async fn own_table(link: &Link, table: &TablePlan, own: &Name) -> Result<(), SyncError> {
    let doing = "making the run's own tables";
    let (own, from) = (qualified(own), qualified(&table.table));
    if is_alone(link, table).await? {
        // Indexes come behind the rows. From here on the lock on the table keeps it as it is.
        link.run(doing, &format!("CREATE TABLE {own} (LIKE {from} INCLUDING ALL EXCLUDING INDEXES)")).await?;
        let mark = mark(link, table).await?;
        return link.run(doing, &format!("COMMENT ON TABLE {own} IS {}", literal(&mark))).await;
    }
    let columns = list(table.columns.iter().map(|column| column.name.as_str()));
    link.run(doing, &format!("CREATE TABLE {own} AS SELECT {columns} FROM ONLY {from} WITH NO DATA")).await
}

/// What the run's own table says of itself as long as the table whose place it takes is the same.
async fn mark(link: &Link, table: &TablePlan) -> Result<String, SyncError> {
    let rows = link.rows("reading the schema", SHAPE, &[&qualified(&table.table)]).await?;
    let shape: String = rows.first().map(|row| get(row, "shape")).unwrap_or_default();
    Ok(format!("{MARK}: {shape}"))
}

async fn is_alone(link: &Link, table: &TablePlan) -> Result<bool, SyncError> {
    let columns = i64::try_from(table.columns.len()).unwrap_or(i64::MAX);
    let rows = link.rows("reading the schema", ALONE, &[&qualified(&table.table), &columns]).await?;
    Ok(!rows.is_empty())
}

/// Which of the plan's tables change places: those whose counterparts were made for it, and that nobody has altered since.
pub(in super::super) async fn candidates(
    plan: &Plan,
    link: &Link,
    own: impl Fn(usize) -> Name,
) -> Result<Vec<usize>, SyncError> {
    let sql = "SELECT pg_catalog.obj_description(pg_catalog.to_regclass($1)::pg_catalog.oid, 'pg_class') AS mark";
    let mut found = Vec::new();
    for (at, table) in plan.tables.iter().enumerate() {
        let rows = link.rows("reading the schema", sql, &[&qualified(&own(at))]).await?;
        let said: String = rows.first().map(|row| get(row, "mark")).unwrap_or_default();
        if said.starts_with(MARK) && said == mark(link, table).await? && is_alone(link, table).await? {
            found.push(at);
        }
    }
    Ok(found)
}

/// The foreign keys of these tables, which are made again on what takes their place.
pub(super) async fn own_keys(plan: &Plan, link: &Link, swapped: &[usize]) -> Result<Vec<ForeignKey>, SyncError> {
    let sql = "SELECT conname::pg_catalog.text AS name FROM pg_catalog.pg_constraint
        WHERE conrelid = pg_catalog.to_regclass($1)::pg_catalog.oid AND contype = 'f' ORDER BY conname";
    let mut keys = Vec::new();
    for table in swapped.iter().filter_map(|at| plan.tables.get(*at)) {
        for row in link.rows("reading the schema", sql, &[&qualified(&table.table)]).await? {
            let (name, definition) = (get(&row, "name"), String::new());
            keys.push(ForeignKey { table: table.table.clone(), name, definition, deferrable: false });
        }
    }
    Ok(keys)
}

/// Puts the run's own table in the place of one whose indexes and keys are off. False where something stayed on it, and it
/// has to be filled instead.
pub(super) async fn swap(link: &Link, table: &Name, own: &Name) -> Result<bool, SyncError> {
    let doing = format!("putting rows in the place of {}", super::super::error::name(table));
    let rows = link.rows(&doing, BARE, &[&qualified(table)]).await?;
    let Some(row) = rows.first().filter(|row| get(row, "bare")) else { return Ok(false) };
    link.run(&doing, &statements(row, table, own).join("; ")).await?;
    Ok(true)
}

fn statements(row: &Row, table: &Name, own: &Name) -> Vec<String> {
    let (old, new) = (qualified(table), qualified(own));
    let owner: String = get(row, "owner");
    let mut sql = vec![format!("ALTER TABLE {new} OWNER TO {owner}")];
    if get(row, "granted") {
        sql.push(format!("REVOKE ALL ON TABLE {new} FROM {owner}"));
        sql.extend(
            get::<Vec<String>>(row, "grants").iter().map(|grant| format!("GRANT {}", grant.replace("%s", &new))),
        );
    }
    let option = |option: &String| {
        let (name, value) = option.split_once('=').unwrap_or((option, "true"));
        format!("{} = {}", identifier(name), literal(value))
    };
    let options: Vec<String> = get::<Vec<String>>(row, "options").iter().map(option).collect();
    if !options.is_empty() {
        sql.push(format!("ALTER TABLE {new} SET ({})", options.join(", ")));
    }
    let comment = row.try_get::<_, Option<String>>("comment").ok().flatten();
    let comment = comment.map_or_else(|| "NULL".to_owned(), |text| literal(&text));
    sql.push(format!("COMMENT ON TABLE {new} IS {comment}"));
    let (sequences, owners): (Vec<String>, Vec<String>) = (get(row, "sequences"), get(row, "owners"));
    // A sequence has to be in the schema of the table that owns it.
    sql.extend(sequences.iter().map(|sequence| format!("ALTER SEQUENCE {sequence} OWNED BY NONE")));
    sql.push(format!("DROP TABLE {old}"));
    sql.push(format!("ALTER TABLE {new} RENAME TO {}", identifier(&table.name)));
    let renamed = qualified(&Name { schema: own.schema.clone(), name: table.name.clone() });
    sql.push(format!("ALTER TABLE {renamed} SET SCHEMA {}", identifier(&table.schema)));
    let owned = sequences.iter().zip(&owners);
    sql.extend(owned.map(|(sequence, column)| format!("ALTER SEQUENCE {sequence} OWNED BY {old}.{column}")));
    sql
}
