-- depends: 0008_software_of_sources 0010_gauges
--
-- What dashboards and `hoso watch` read: both on-time rates with the causes of their difference, what is open as reported
-- and in reality, how far cases have come and who has them, what is due today. Counts only: a view runs with the rights of
-- its owner, so hoso_grafana sees no case by them.

-- How each case, or leg of a group, counts as of its newest view (schemas.flags.CountLine). Leg '' is the whole case, and
-- always has a row; `is_rated`: the line stands in rates, which the whole of a group does not: its legs do.
CREATE TABLE counted_lines (
    case_token text NOT NULL,
    leg text NOT NULL,
    version bigint NOT NULL,
    is_rated boolean NOT NULL,
    procedure text,
    rule text,
    reported text,
    reported_unit text,
    reported_end date,
    evidence text,
    unit text,
    ended date,
    cause text,
    PRIMARY KEY (case_token, leg)
) WITH (fillfactor = 80);

-- Which systems show the case as open (none, where it is no longer in their data); and who has it: the last stretch of its clock that goes on, or what
-- it waits for where that has not begun or is over.
ALTER TABLE cases ADD COLUMN open_in text[] NOT NULL DEFAULT '{}',
    ADD COLUMN held_stage text, ADD COLUMN held_owner text, ADD COLUMN held_since_at timestamptz;

-- What the sink reads from now on (streams/sinks/rows.py), out of the views that are there already.
WITH viewed AS (
    SELECT case_token, flags, official, convert_from(body, 'UTF8')::jsonb AS view FROM cases
), held AS (
    SELECT viewed.case_token, systems, stage, owner, since_at
    FROM viewed
    CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(line ->> 'system' ORDER BY place), '{}') AS systems
        FROM jsonb_array_elements(official) WITH ORDINALITY AS told (line, place)
        WHERE line ->> 'state' IN ('registered', 'accepted', 'processing', 'supplement', 'payment')
          AND NOT 'vanished' = ANY (flags)
    ) AS said
    LEFT JOIN LATERAL (
        SELECT stage, owner, since_at
        FROM (
            SELECT 0 AS kind, place, line ->> 'stage' AS stage, line ->> 'owner' AS owner,
                   (line ->> 'since')::timestamptz AS since_at, line ->> 'until' AS until
            FROM jsonb_array_elements(view -> 'held') WITH ORDINALITY AS told (line, place)
            UNION ALL
            SELECT 1, place, line ->> 'what', line ->> 'owner', (line ->> 'since')::timestamptz, line ->> 'until'
            FROM jsonb_array_elements(view -> 'waits') WITH ORDINALITY AS told (line, place)
        ) AS stretch
        WHERE until IS NULL
        ORDER BY kind, place DESC
        LIMIT 1
    ) AS now ON true
)
UPDATE cases
SET open_in = systems, held_stage = held.stage, held_owner = held.owner, held_since_at = held.since_at
FROM held
WHERE held.case_token = cases.case_token;

INSERT INTO counted_lines
SELECT case_token, coalesce(line ->> 'leg', ''), version,
       line ->> 'leg' IS NOT NULL OR view -> 'legs' = '[]', procedure, rule,
       line ->> 'reported', line ->> 'reported_unit', (line ->> 'reported_end')::date,
       line ->> 'evidence', line ->> 'unit', (line ->> 'ended')::date, line ->> 'cause'
FROM (SELECT *, convert_from(body, 'UTF8')::jsonb AS view FROM cases) AS viewed
CROSS JOIN LATERAL jsonb_array_elements(view -> 'counts') AS line;

INSERT INTO counted_lines (case_token, leg, version, is_rated, procedure, rule)
SELECT case_token, '', version, convert_from(body, 'UTF8')::jsonb -> 'legs' = '[]', procedure, rule FROM cases
ON CONFLICT DO NOTHING;

-- What the rules in force tell of units and of duties, written whenever rules are activated.
CREATE TABLE unit_names (unit text PRIMARY KEY, name text NOT NULL, province text);
CREATE TABLE province_codes (code text PRIMARY KEY, province text NOT NULL);
-- Rules whose duty is not the unit's (a stay notice is the host's): their cases stand in no rate.
CREATE TABLE duties_of_others (rule text PRIMARY KEY);
-- The system whose status scores, and the points that its newest formula gives for a rate of one: no row before any rules.
CREATE TABLE scoring_system (system text NOT NULL, points numeric);

-- What is told of a unit's province, or else of the nearest unit above it (streams/core/units.py).
CREATE FUNCTION province_of(unit text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (
    SELECT province FROM province_codes
    WHERE unit = code OR starts_with(unit, code || '.') OR starts_with(unit, code || '-')
    ORDER BY length(code) DESC
    LIMIT 1
);

-- Reads the rules that were activated last. The sink calls it whenever some are (place_units, sql/queries/merge.sql).
CREATE FUNCTION place_units() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public
AS $$
    DELETE FROM unit_names;
    DELETE FROM province_codes;
    DELETE FROM duties_of_others;
    DELETE FROM scoring_system;
    INSERT INTO province_codes
    SELECT DISTINCT ON (code) code, province ->> 'name'
    FROM (
        SELECT convert_from(body, 'UTF8')::jsonb -> 'content' AS content FROM entries
        WHERE type = 'rules.activated' AND log_partition = 0 ORDER BY log_offset DESC LIMIT 1
    ) AS law
    CROSS JOIN LATERAL jsonb_array_elements(coalesce(content -> 'provinces', '[]')) AS province
    CROSS JOIN LATERAL jsonb_array_elements_text(province -> 'units') AS code;
    INSERT INTO unit_names
    SELECT DISTINCT ON (unit ->> 'id') unit ->> 'id', unit ->> 'name', province_of(unit ->> 'id')
    FROM (
        SELECT convert_from(body, 'UTF8')::jsonb -> 'content' AS content FROM entries
        WHERE type = 'rules.activated' AND log_partition = 0 ORDER BY log_offset DESC LIMIT 1
    ) AS law
    CROSS JOIN LATERAL jsonb_array_elements(coalesce(content -> 'units', '[]')) AS unit
    WHERE unit ->> 'name' IS NOT NULL;
    INSERT INTO duties_of_others
    SELECT DISTINCT deadline ->> 'id'
    FROM (
        SELECT convert_from(body, 'UTF8')::jsonb -> 'content' AS content FROM entries
        WHERE type = 'rules.activated' AND log_partition = 0 ORDER BY log_offset DESC LIMIT 1
    ) AS law
    CROSS JOIN LATERAL jsonb_array_elements(coalesce(content -> 'deadlines', '[]')) AS deadline
    WHERE deadline ->> 'duty_bearer' <> 'unit';
    INSERT INTO scoring_system
    SELECT content ->> 'scoring', (
        SELECT (formula ->> 'points')::numeric
        FROM jsonb_array_elements(coalesce(content -> 'formulas', '[]')) AS formula
        ORDER BY formula ->> 'effective_from' DESC
        LIMIT 1
    )
    FROM (
        SELECT convert_from(body, 'UTF8')::jsonb -> 'content' AS content FROM entries
        WHERE type = 'rules.activated' AND log_partition = 0 ORDER BY log_offset DESC LIMIT 1
    ) AS law
    WHERE content ? 'scoring';
$$;
DO $$ BEGIN PERFORM place_units(); END $$;
REVOKE EXECUTE ON FUNCTION place_units() FROM PUBLIC;

-- Up to when all is judged, and the day and the bounds of the day of that instant where days are counted. An instant at
-- midnight is the end of a day, as a due at 24:00 is.
CREATE VIEW judged_up_to AS
SELECT at, day, day::timestamp AT TIME ZONE zone AS day_begins, (day + 1)::timestamp AT TIME ZONE zone AS day_ends
FROM (
    SELECT at, ((at - interval '1 microsecond') AT TIME ZONE zone)::date AS day, zone
    FROM (SELECT at FROM entries WHERE type = 'clock.ticked' ORDER BY at DESC LIMIT 1) AS last
    CROSS JOIN view_settings
) AS dated;

-- Periods to date: each up to `judged_up_to`.
CREATE VIEW periods AS
SELECT period, first_day
FROM judged_up_to
CROSS JOIN LATERAL (VALUES
    ('month', date_trunc('month', day)::date),
    ('quarter', date_trunc('quarter', day)::date),
    ('year', date_trunc('year', day)::date),
    ('ever', date '0001-01-01')
) AS named (period, first_day);

-- Each line as it counts in a period: what ended before its first day, by one side or by the other, is not counted by
-- that side (streams/core/score.py, count).
CREATE VIEW lines_of_periods AS
SELECT period, case_token, leg, procedure, reported,
       CASE WHEN reported IS NOT NULL THEN reported_unit END AS charged,
       evidence,
       CASE WHEN evidence IS NOT NULL THEN unit END AS unit,
       CASE WHEN reported IS NOT NULL AND evidence IS NULL AND by_evidence IS NOT NULL THEN 'done_before'
            WHEN evidence IS NOT NULL AND reported IS NULL AND by_system IS NOT NULL THEN 'closed_before'
            ELSE cause END AS cause
FROM (
    SELECT period, case_token, leg, procedure, reported_unit, unit, cause,
           counted_lines.reported AS by_system, counted_lines.evidence AS by_evidence,
           CASE WHEN reported_end IS NULL OR reported_end >= first_day THEN counted_lines.reported END AS reported,
           CASE WHEN ended IS NULL OR ended >= first_day THEN counted_lines.evidence END AS evidence
    FROM counted_lines
    CROSS JOIN periods
    WHERE is_rated AND (rule IS NULL OR NOT EXISTS (
        SELECT FROM duties_of_others WHERE duties_of_others.rule = counted_lines.rule
    ))
) AS dated
WHERE reported IS NOT NULL OR evidence IS NOT NULL;

-- The units for which a line counts, with how (streams/core/rates.py, by_unit): of one that is two units', each has one
-- side. `cause` is why a unit's two rates differ; `case_cause` why those of all units together do, where a transfer makes
-- no difference.
CREATE VIEW lines_of_units AS
SELECT period, procedure, CASE WHEN reported IS NULL THEN unit ELSE charged END AS unit, reported, evidence,
       nullif(cause, 'transferred') AS cause, nullif(cause, 'transferred') AS case_cause
FROM lines_of_periods
WHERE charged IS NULL OR unit IS NULL OR charged = unit
UNION ALL
SELECT period, procedure, side.unit, side.reported, side.evidence, 'transferred', nullif(cause, 'transferred')
FROM lines_of_periods
CROSS JOIN LATERAL (VALUES (charged, reported, NULL), (lines_of_periods.unit, NULL, evidence))
    AS side (unit, reported, evidence)
WHERE charged <> lines_of_periods.unit;

-- `counted` and `in_time` by the published formula; by evidence `proven` in time, and `unsure`: in the upper bound only.
CREATE VIEW rate_counts AS
SELECT period, unit, procedure,
       count(reported) AS counted,
       count(*) FILTER (WHERE reported = 'in_time') AS in_time,
       count(evidence) AS evidenced,
       count(*) FILTER (WHERE evidence = 'in_time') AS proven,
       count(*) FILTER (WHERE evidence = 'unsure') AS unsure
FROM lines_of_units
GROUP BY period, unit, procedure;

-- What each cause moves, held against the lower and against the upper bound (streams/core/rates.py, Moves): `both` is the
-- cases in time for the system alone less those in time for evidence alone, where both count them.
CREATE VIEW cause_counts AS
SELECT period, unit, procedure, cause, case_cause,
       count(*) AS cases,
       count(*) FILTER (WHERE reported = 'in_time' AND evidence <> 'in_time')
           - count(*) FILTER (WHERE reported <> 'in_time' AND evidence = 'in_time') AS both_low,
       count(*) FILTER (WHERE reported = 'in_time' AND evidence = 'late')
           - count(*) FILTER (WHERE reported <> 'in_time' AND evidence IN ('in_time', 'unsure')) AS both_high,
       count(*) FILTER (WHERE evidence IS NULL) AS theirs,
       count(*) FILTER (WHERE evidence IS NULL AND reported = 'in_time') AS theirs_in_time,
       count(*) FILTER (WHERE reported IS NULL) AS ours,
       count(*) FILTER (WHERE reported IS NULL AND evidence = 'in_time') AS ours_proven,
       count(*) FILTER (WHERE reported IS NULL AND evidence IN ('in_time', 'unsure')) AS ours_possible
FROM lines_of_units
WHERE cause IS NOT NULL OR case_cause IS NOT NULL
GROUP BY period, unit, procedure, cause, case_cause;

-- What a cause adds to the reported rate (streams/core/rates.py, Moves.share), exactly but for the last division; null
-- where one side counts nothing. `rate_of` of `evidenced` is the bound of the rate by evidence that it is held against.
CREATE FUNCTION cause_share(
    both_ numeric, theirs numeric, theirs_in_time numeric, ours numeric, ours_in_time numeric,
    counted numeric, evidenced numeric, rate_of numeric
) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN round(
    ((both_ + theirs_in_time - ours_in_time) * evidenced - (theirs - ours) * rate_of)::numeric(40, 20)
        / nullif(counted * evidenced, 0),
    18
);

-- Open as the scoring system shows it, as evidence shows it, and where they part; by age since intake.
CREATE VIEW open_counts AS
SELECT unit, procedure, age_band,
       count(*) FILTER (WHERE open_reported) AS reported,
       count(*) FILTER (WHERE open_observed) AS observed,
       count(*) FILTER (WHERE open_reported AND NOT open_observed) AS done_not_updated,
       count(*) FILTER (WHERE open_observed AND NOT open_reported) AS not_shown
FROM (
    SELECT unit, procedure, coalesce((SELECT system FROM scoring_system) = ANY (open_in), false) AS open_reported,
           ended_at IS NULL AS open_observed,
           width_bucket(extract(epoch FROM judged_up_to.at - opened_at) / 86400, ARRAY[0, 8, 16, 31, 61]) AS age_band
    FROM cases CROSS JOIN judged_up_to
    WHERE merged_into IS NULL
) AS aged
WHERE open_reported OR open_observed
GROUP BY unit, procedure, age_band;

-- How far cases have come by evidence; a case that reached a step has passed those before it.
CREATE TABLE stage_steps (observed text PRIMARY KEY, step integer NOT NULL);
INSERT INTO stage_steps VALUES
    ('unseen', 0), ('registered', 1), ('received', 2), ('complete', 2), ('waiting_for_supplement', 2),
    ('waiting_for_payment', 2), ('verified', 2), ('refused', 2), ('withdrawn', 2), ('stopped', 2), ('transmitted', 3),
    ('printed', 4), ('dispatched', 5), ('ready', 6), ('handed_over', 7);
ANALYZE stage_steps;

CREATE VIEW step_counts AS
SELECT unit, procedure, observed, step, count(*) AS cases
FROM cases JOIN stage_steps USING (observed)
WHERE merged_into IS NULL
GROUP BY unit, procedure, observed, step;

-- Where open cases wait and who has them. Where the rule names no stage, the state that evidence shows stands for it.
CREATE VIEW waiting_counts AS
SELECT unit, procedure, coalesce(nullif(held_stage, ''), observed) AS stage, coalesce(held_owner, 'unit') AS owner,
       count(*) AS cases,
       sum(extract(epoch FROM at - coalesce(held_since_at, opened_at)))::double precision AS waited_seconds,
       min(coalesce(held_since_at, opened_at)) AS oldest_since_at
FROM cases CROSS JOIN judged_up_to
WHERE merged_into IS NULL AND ended_at IS NULL
GROUP BY 1, 2, 3, 4;

-- What today asks for: due and not ready, done and not updated on the day of the appointment; and what became late.
CREATE VIEW today_counts AS
SELECT unit, procedure, 'not_ready' AS state, NULL AS accountable, count(*) AS cases
FROM cases CROSS JOIN judged_up_to
WHERE due_computed_at > day_begins AND due_computed_at <= day_ends AND ended_at IS NULL AND merged_into IS NULL
GROUP BY unit, procedure
UNION ALL
SELECT coalesce(flags.scored_unit, flags.unit), flags.procedure, 'not_updated', flags.accountable,
       count(DISTINCT case_token)
FROM flags JOIN cases USING (case_token) CROSS JOIN judged_up_to
WHERE flags.class = 'falsely_pending' AND flags.state = 'raised'
  AND coalesce(due_declared_at, due_computed_at) > day_begins AND coalesce(due_declared_at, due_computed_at) <= day_ends
GROUP BY 1, 2, 4
UNION ALL
SELECT unit, procedure, 'newly_overdue', accountable, count(DISTINCT case_token)
FROM flags CROSS JOIN judged_up_to
WHERE class = 'overdue' AND state = 'raised' AND since_at >= day_begins
GROUP BY unit, procedure, accountable;

-- Days in which cases stood open in the scoring system after their end, by cause: hung as long as they cannot be updated,
-- else out of sync where the operator answers for it, else not updated.
CREATE VIEW false_backlog AS
WITH spans AS (
    SELECT period, flags.case_token, flags.class, unit, procedure, accountable, until_at IS NULL AS is_open,
           tstzrange(greatest(since_at, first_day::timestamp AT TIME ZONE zone), coalesce(until_at, at)) AS span
    FROM flags CROSS JOIN judged_up_to CROSS JOIN periods CROSS JOIN view_settings
    WHERE class IN ('falsely_pending', 'hung') AND state IN ('raised', 'cleared')
      AND since_at < at AND coalesce(until_at, at) > greatest(since_at, first_day::timestamp AT TIME ZONE zone)
), hung AS (
    SELECT period, case_token, range_agg(span) AS spans FROM spans WHERE class = 'hung' GROUP BY period, case_token
), pending AS (
    SELECT period, case_token, unit, procedure, accountable, is_open, upper(span) - lower(span) AS whole,
           coalesce((
               SELECT sum(upper(part) - lower(part)) FROM unnest(hung.spans * tstzmultirange(span)) AS part
           ), interval '0') AS stuck
    FROM spans LEFT JOIN hung USING (period, case_token)
    WHERE class = 'falsely_pending'
)
SELECT period, unit, procedure, cause, count(DISTINCT case_token) AS cases,
       sum(extract(epoch FROM spent)) / 86400 AS days
FROM pending
CROSS JOIN LATERAL (VALUES
    ('hung', stuck),
    (CASE WHEN accountable = 'operator' THEN 'out_of_sync' ELSE 'not_updated' END, whole - stuck)
) AS share (cause, spent)
WHERE spent > interval '0'
GROUP BY period, unit, procedure, cause;

-- Names for the units of all these counts; a unit that the rules do not name is its code.
CREATE VIEW unit_places AS
SELECT unit, name, coalesce(province, 'none') AS province FROM unit_names
UNION ALL
SELECT unit, unit, coalesce(province, 'none')
FROM (SELECT DISTINCT unit FROM cases WHERE unit IS NOT NULL) AS seen
-- As province_of, whose calls take ten times as long for thousands of units.
LEFT JOIN LATERAL (
    SELECT province FROM province_codes
    WHERE unit = code OR starts_with(unit, code || '.') OR starts_with(unit, code || '-')
    ORDER BY length(code) DESC
    LIMIT 1
) AS nearest ON true
WHERE unit NOT IN (SELECT unit FROM unit_names);

GRANT SELECT, INSERT, UPDATE, DELETE ON counted_lines TO hoso_sink;
GRANT EXECUTE ON FUNCTION place_units() TO hoso_sink;
GRANT SELECT ON counted_lines, unit_names, duties_of_others, lines_of_periods, lines_of_units, stage_steps
    TO hoso_reader;
GRANT SELECT ON judged_up_to, periods, rate_counts, cause_counts, open_counts, step_counts, waiting_counts, today_counts,
    false_backlog, unit_places, province_codes, scoring_system TO hoso_grafana, hoso_reader;
