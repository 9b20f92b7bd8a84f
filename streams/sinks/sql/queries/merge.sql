-- stage_entries --
-- Chunks come by COPY, which knows no conflict, into these tables of the connection's own.
CREATE TEMPORARY TABLE staged_entries (LIKE entries) ON COMMIT DELETE ROWS;

-- stage_cases --
-- As above, for views of cases.
CREATE TEMPORARY TABLE staged_cases (LIKE cases) ON COMMIT DELETE ROWS;

-- stage_lines --
-- As above, for how cases count.
CREATE TEMPORARY TABLE staged_lines (LIKE counted_lines) ON COMMIT DELETE ROWS;

-- stage_flag_changes --
-- As above, for versions of flags.
CREATE TEMPORARY TABLE staged_flag_changes (LIKE flag_changes) ON COMMIT DELETE ROWS;

-- stage_codes --
-- Without a sealed code the row says that the code is to be forgotten.
CREATE TEMPORARY TABLE staged_codes (case_token text, sealed bytea) ON COMMIT DELETE ROWS;

-- stage_closings --
-- As above, for closings that systems reported.
CREATE TEMPORARY TABLE staged_closings (LIKE closings) ON COMMIT DELETE ROWS;

-- stage_software --
-- As above, for the software of sources.
CREATE TEMPORARY TABLE staged_software (LIKE source_software) ON COMMIT DELETE ROWS;

-- merge_entries --
-- A position of the log never changes its content.
INSERT INTO entries SELECT * FROM staged_entries ON CONFLICT DO NOTHING;

-- merge_cases --
-- A case only moves to a higher version. The chunk brings each case at most once.
INSERT INTO cases SELECT * FROM staged_cases
ON CONFLICT (case_token) DO UPDATE SET
    version = excluded.version,
    unit = excluded.unit,
    procedure = excluded.procedure,
    channel = excluded.channel,
    variant = excluded.variant,
    observed = excluded.observed,
    official = excluded.official,
    opened_at = excluded.opened_at,
    due_computed_at = excluded.due_computed_at,
    due_declared_at = excluded.due_declared_at,
    ended_at = excluded.ended_at,
    verdict = excluded.verdict,
    assumed_start = excluded.assumed_start,
    provisional = excluded.provisional,
    illegal = excluded.illegal,
    flags = excluded.flags,
    rule = excluded.rule,
    body = excluded.body,
    merged_into = excluded.merged_into,
    inherited_from = excluded.inherited_from,
    open_in = excluded.open_in,
    held_stage = excluded.held_stage,
    held_owner = excluded.held_owner,
    held_since_at = excluded.held_since_at
WHERE cases.version < excluded.version;

-- erase_lines --
-- Legs that a newer view of their case does not count any more; the whole is told by every view.
DELETE FROM counted_lines USING staged_lines
WHERE staged_lines.leg = '' AND counted_lines.case_token = staged_lines.case_token
  AND counted_lines.leg <> '' AND counted_lines.version < staged_lines.version;

-- merge_lines --
-- Lines only move to a higher version, and none comes from a view older than the newest.
INSERT INTO counted_lines
SELECT staged_lines.* FROM staged_lines JOIN cases USING (case_token, version)
ON CONFLICT (case_token, leg) DO UPDATE SET
    version = excluded.version,
    is_rated = excluded.is_rated,
    procedure = excluded.procedure,
    rule = excluded.rule,
    reported = excluded.reported,
    reported_unit = excluded.reported_unit,
    reported_end = excluded.reported_end,
    evidence = excluded.evidence,
    unit = excluded.unit,
    ended = excluded.ended,
    cause = excluded.cause
WHERE counted_lines.version < excluded.version;

-- merge_flag_changes --
-- A version of a flag is said once; said again, the first record stays, with its headers.
INSERT INTO flag_changes SELECT * FROM staged_flag_changes ON CONFLICT DO NOTHING;

-- merge_flags --
-- Each cycle of a flag only moves to a higher version; the chunk may bring several.
INSERT INTO flags
SELECT DISTINCT ON (flag_id, cycle) * FROM staged_flag_changes ORDER BY flag_id, cycle, version DESC
ON CONFLICT (flag_id, cycle) DO UPDATE SET
    version = excluded.version,
    case_token = excluded.case_token,
    class = excluded.class,
    state = excluded.state,
    since_at = excluded.since_at,
    until_at = excluded.until_at,
    unit = excluded.unit,
    procedure = excluded.procedure,
    accountable = excluded.accountable,
    scored_unit = excluded.scored_unit,
    due_at = excluded.due_at,
    due_kind = excluded.due_kind,
    provisional = excluded.provisional,
    rule = excluded.rule,
    wording = excluded.wording,
    judged_at = excluded.judged_at,
    log_partition = excluded.log_partition,
    log_offset = excluded.log_offset,
    engine = excluded.engine,
    rules = excluded.rules,
    source = excluded.source,
    life = excluded.life,
    body = excluded.body
WHERE flags.version < excluded.version;

-- merge_codes --
-- The newest code of a token; the chunk brings each token at most once.
INSERT INTO codes SELECT * FROM staged_codes WHERE sealed IS NOT NULL
ON CONFLICT (case_token) DO UPDATE SET sealed = excluded.sealed;

-- erase_codes --
-- Forgets the codes whose newest record is empty.
DELETE FROM codes USING staged_codes WHERE codes.case_token = staged_codes.case_token AND staged_codes.sealed IS NULL;

-- merge_closings --
-- A closing is kept once, however often it is told.
INSERT INTO closings SELECT * FROM staged_closings ON CONFLICT DO NOTHING;

-- merge_software --
-- What a source ran at an instant is kept once, however often it is told.
INSERT INTO source_software SELECT * FROM staged_software ON CONFLICT DO NOTHING;

-- place_units --
-- What rules tell of units, of those that were activated last.
SELECT place_units();
