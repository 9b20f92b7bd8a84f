-- depends: 0002_archive
--
-- What hoso says: the newest view of each case, the newest version of each cycle of a flag, and every change of a flag.
-- Columns are for asking, `body` is what was said, byte for byte. A column's instant is in UTC, the body keeps the offset.

CREATE TABLE cases (
    case_token text PRIMARY KEY,
    version bigint NOT NULL,
    unit text,
    procedure text,
    channel text,
    variant text,
    observed text NOT NULL,
    official jsonb NOT NULL,
    opened_at timestamptz NOT NULL,
    due_computed_at timestamptz,
    due_declared_at timestamptz,
    ended_at timestamptz,
    verdict text NOT NULL,
    assumed_start boolean NOT NULL,
    provisional boolean NOT NULL,
    illegal integer NOT NULL,
    flags text[] NOT NULL,
    rule text,
    body bytea NOT NULL
)
-- Rows are rewritten all their life: free space in each page keeps an update in its page.
WITH (fillfactor = 80);

CREATE INDEX cases_of_unit ON cases (unit, procedure);

-- No order among the rows of a chunk is kept, so there is no foreign key from flags to cases.
CREATE TABLE flag_changes (
    flag_id text NOT NULL,
    cycle integer NOT NULL,
    version integer NOT NULL,
    case_token text NOT NULL,
    class text NOT NULL,
    state text NOT NULL,
    -- Null where the flag is withdrawn: it never held.
    since_at timestamptz,
    until_at timestamptz,
    unit text,
    procedure text,
    accountable text NOT NULL,
    scored_unit text,
    due_at timestamptz,
    due_kind text,
    provisional boolean NOT NULL,
    rule text,
    wording text NOT NULL,
    -- From the record's headers: the tick that judged it, its place in the log, and who judged by what.
    judged_at timestamptz NOT NULL,
    log_partition integer NOT NULL,
    log_offset bigint NOT NULL,
    engine text NOT NULL,
    rules text NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (flag_id, cycle, version)
);

CREATE INDEX flag_changes_of_case ON flag_changes (case_token);

CREATE TABLE flags (LIKE flag_changes, PRIMARY KEY (flag_id, cycle)) WITH (fillfactor = 80);

CREATE INDEX flags_of_case ON flags (case_token);
CREATE INDEX flags_raised ON flags (class, accountable) WHERE state = 'raised';

GRANT SELECT, INSERT, UPDATE ON cases, flags TO hoso_sink;
GRANT SELECT, INSERT ON flag_changes TO hoso_sink;
GRANT SELECT ON cases, flags, flag_changes TO hoso_reader;
