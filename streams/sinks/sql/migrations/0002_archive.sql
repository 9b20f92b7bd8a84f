-- depends: 0001_roles
--
-- The archive: every entry of the log in its exact bytes, and how far each topic has been written.
--
-- Monthly partitions are deferred: the log's own position is the key, and one table of a province's year was fast enough
-- when this was written. They come with the first trimming of the log, as a migration of their own.
-- One clock line an instant, in place of one a log partition, is deferred too: a tick stands here once for each partition.

-- A database archives one deployment: positions of two logs would collide.
CREATE TABLE deployment (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    prefix text NOT NULL
);

-- The next offset to be written. Moved in the same transaction as the rows: this line is the sink's fence.
CREATE TABLE sink_offsets (
    topic text NOT NULL,
    partition integer NOT NULL CHECK (partition >= 0),
    next_offset bigint NOT NULL CHECK (next_offset >= 0),
    PRIMARY KEY (topic, partition)
);

CREATE TABLE entries (
    log_partition integer NOT NULL,
    log_offset bigint NOT NULL,
    appended_at timestamptz NOT NULL,
    type text NOT NULL,
    -- Null for control entries, which belong to no case.
    case_token text,
    -- When the fact happened, or the instant of a tick; null for other control entries.
    at timestamptz,
    -- MessagePack of [[name, bytes], ...]; null where the record had none.
    headers bytea,
    -- Exactly as it stood in the log: a replay from here must be byte-identical.
    body bytea NOT NULL,
    PRIMARY KEY (log_partition, log_offset)
);

-- For the page of one case.
CREATE INDEX entries_of_case ON entries (case_token, log_partition, log_offset) WHERE case_token IS NOT NULL;
-- Where a replay "as of" an instant ends.
CREATE INDEX entries_of_clock ON entries (at, log_partition, log_offset) WHERE type = 'clock.ticked';

GRANT SELECT, INSERT ON deployment TO hoso_sink;
GRANT SELECT, INSERT, UPDATE ON sink_offsets TO hoso_sink;
GRANT SELECT, INSERT ON entries TO hoso_sink;
GRANT SELECT ON deployment, sink_offsets, entries TO hoso_reader;
