//! The statements, with the names of the tables in them, prepared once a connection.

use tokio_postgres::{Client, Error, Statement};

use super::tables::qualified;

/// Prepared statements. Lists are passed as arrays, so that a statement takes any number of rows.
pub(super) struct Statements {
    pub(super) insert_changes: Statement,
    pub(super) put_objects: Statement,
    pub(super) remove_objects: Statement,
    pub(super) load: Statement,
    pub(super) put_rows: Statement,
    pub(super) remove_rows: Statement,
    pub(super) raise_epoch: Statement,
    pub(super) hold_epoch: Statement,
}

impl Statements {
    pub(super) async fn prepare(client: &Client, schema: &str) -> Result<Self, Error> {
        let [changes, objects, checkpoints, fences] =
            ["changes", "objects", "checkpoints", "fences"].map(|table| qualified(schema, table));
        let key = "(o.resource, o.namespace, o.name, o.cluster, o.api_group, o.api_version) = \
                   (c.resource, c.namespace, c.name, c.cluster, c.api_group, c.api_version)";
        let insert_changes = format!(
            // The rows of `unnest` come in the order of the arrays, and so are numbered.
            "INSERT INTO {changes} (id, cluster, api_group, api_version, resource, namespace, name, uid, \
             resource_version, type, repaired, gap, time, managers, object, old_object) \
             SELECT id, cluster, api_group, api_version, resource, namespace, name, uid, resource_version, type, \
             repaired, make_interval(secs => gap), time, string_to_array(managers, E'\\n'), object::jsonb, \
             old_object::jsonb \
             FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], \
             $8::text[], $9::text[], $10::text[], $11::boolean[], $12::float8[], $13::timestamptz[], $14::text[], \
             $15::text[], $16::text[]) AS m (id, cluster, api_group, api_version, resource, namespace, name, uid, \
             resource_version, type, repaired, gap, time, managers, object, old_object) \
             ON CONFLICT (id) DO NOTHING RETURNING id"
        );
        let put_objects = format!(
            // Only of the same object: what another shard finds by comparison may have been created again meanwhile.
            "INSERT INTO {objects} AS o (cluster, api_group, api_version, resource, namespace, name, uid, \
             resource_version, repaired, time, managers, object) \
             SELECT cluster, api_group, api_version, resource, namespace, name, uid, resource_version, repaired, \
             time, managers, object FROM {changes} WHERE id = ANY ($1::text[]) \
             ON CONFLICT (resource, namespace, name, cluster, api_group, api_version) DO UPDATE SET \
             uid = excluded.uid, resource_version = excluded.resource_version, repaired = excluded.repaired, \
             time = excluded.time, managers = excluded.managers, object = excluded.object \
             WHERE excluded.repaired AND excluded.uid = o.uid OR {}",
            is_newer("excluded", "o")
        );
        let remove_objects = format!(
            "DELETE FROM {objects} o USING {changes} c \
             WHERE c.id = ANY ($1::text[]) AND {key} AND {}",
            is_newer("c", "o")
        );
        let load = format!("SELECT key, value FROM {checkpoints} WHERE stream = $1");
        let put_rows = format!(
            "INSERT INTO {checkpoints} (stream, key, value) \
             SELECT * FROM unnest($1::text[], $2::bytea[], $3::bytea[]) \
             ON CONFLICT (stream, key) DO UPDATE SET value = excluded.value"
        );
        let remove_rows = format!(
            "DELETE FROM {checkpoints} WHERE (stream, key) IN (SELECT * FROM unnest($1::text[], $2::bytea[]))"
        );
        // Waits for the transactions of who holds the row.
        let raise_epoch = format!(
            "INSERT INTO {fences} AS f (name, epoch) VALUES ($1, $2) \
             ON CONFLICT (name) DO UPDATE SET epoch = greatest(f.epoch, excluded.epoch) RETURNING epoch"
        );
        let hold_epoch = format!("SELECT epoch FROM {fences} WHERE name = $1 FOR SHARE");
        Ok(Self {
            insert_changes: client.prepare(&insert_changes).await?,
            put_objects: client.prepare(&put_objects).await?,
            remove_objects: client.prepare(&remove_objects).await?,
            load: client.prepare(&load).await?,
            put_rows: client.prepare(&put_rows).await?,
            remove_rows: client.prepare(&remove_rows).await?,
            raise_epoch: client.prepare(&raise_epoch).await?,
            hold_epoch: client.prepare(&hold_epoch).await?,
        })
    }
}

/// Whether the version of one is at least that of the other. Versions that are no numbers are not compared: what comes
/// last counts.
fn is_newer(one: &str, other: &str) -> String {
    let (one, other) = (format!("{one}.resource_version"), format!("{other}.resource_version"));
    format!(
        "CASE WHEN {one} ~ '^[0-9]+$' AND {other} ~ '^[0-9]+$' THEN {one}::numeric >= {other}::numeric ELSE true END"
    )
}
