-- The tables of `watchables relay` in PostgreSQL. `create: true` creates them; or, by hand:
--
--     psql -c 'CREATE SCHEMA watchables' …
--     PGOPTIONS='-c search_path=watchables' psql -f tables.sql …
--
-- docs/relay-postgres.md explains them.

-- Every change, once. Names are ordered by their bytes, which is quicker, and the same everywhere.
CREATE TABLE IF NOT EXISTS changes (
    id text COLLATE "C" PRIMARY KEY,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    cluster text COLLATE "C" NOT NULL,
    api_group text COLLATE "C" NOT NULL,
    api_version text COLLATE "C" NOT NULL,
    resource text COLLATE "C" NOT NULL,
    namespace text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    uid text COLLATE "C" NOT NULL,
    resource_version text NOT NULL,
    type text NOT NULL,
    repaired boolean NOT NULL,
    gap interval,
    time timestamptz NOT NULL,
    managers text[] NOT NULL,
    object jsonb NOT NULL,
    old_object jsonb
);
CREATE INDEX IF NOT EXISTS changes_of_object ON changes (resource, namespace, name, seq);
CREATE INDEX IF NOT EXISTS changes_by_time ON changes (time);

-- The present state: a row for each object that exists.
CREATE TABLE IF NOT EXISTS objects (
    cluster text COLLATE "C" NOT NULL,
    api_group text COLLATE "C" NOT NULL,
    api_version text COLLATE "C" NOT NULL,
    resource text COLLATE "C" NOT NULL,
    namespace text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    uid text COLLATE "C" NOT NULL,
    resource_version text NOT NULL,
    repaired boolean NOT NULL,
    time timestamptz NOT NULL,
    managers text[] NOT NULL,
    object jsonb NOT NULL,
    PRIMARY KEY (resource, namespace, name, cluster, api_group, api_version)
);

-- How far each stream is.
CREATE TABLE IF NOT EXISTS checkpoints (
    stream text NOT NULL,
    key bytea NOT NULL,
    value bytea NOT NULL,
    PRIMARY KEY (stream, key)
);

-- Who may write: the holder with the highest epoch.
CREATE TABLE IF NOT EXISTS fences (
    name text PRIMARY KEY,
    epoch bigint NOT NULL
);
