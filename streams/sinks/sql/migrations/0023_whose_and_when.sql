-- depends: 0013_dashboards
--
-- Whose a flag is, in every count the same way; and what today asks for, without duties that are not an office's.

-- The unit that has to act, where a unit has; else the one that is charged, or has the case.
CREATE FUNCTION unit_of_flag(accountable text, scored_unit text, unit text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN starts_with(accountable, 'unit:') THEN substr(accountable, 6) ELSE coalesce(scored_unit, unit) END;

-- `flags` counts those of legs each, `cases` counts a case once.
CREATE OR REPLACE VIEW flag_counts AS
SELECT class, accountable, scored_unit, procedure, count(*) AS flags, min(since_at) AS oldest_since_at,
       unit_of_flag(accountable, scored_unit, unit) AS unit, count(DISTINCT case_token) AS cases
FROM flags
WHERE state = 'raised'
GROUP BY class, accountable, scored_unit, procedure, unit_of_flag(accountable, scored_unit, unit);

-- What today asks for: due and not ready; done by evidence, due by the appointment, and shown as open; and what became
-- late. A duty of a host or a citizen (0013, duties_of_others) asks nothing of an office.
CREATE OR REPLACE VIEW today_counts AS
SELECT unit, procedure, 'not_ready' AS state, NULL AS accountable, count(*) AS cases
FROM cases CROSS JOIN judged_up_to
WHERE due_computed_at > day_begins AND due_computed_at <= day_ends AND ended_at IS NULL AND merged_into IS NULL
  AND NOT EXISTS (SELECT FROM duties_of_others WHERE duties_of_others.rule = cases.rule)
GROUP BY unit, procedure
UNION ALL
SELECT unit, procedure, 'not_updated', NULL, count(*)
FROM cases CROSS JOIN judged_up_to
WHERE coalesce(due_declared_at, due_computed_at) > day_begins AND coalesce(due_declared_at, due_computed_at) <= day_ends
  AND ended_at IS NOT NULL AND merged_into IS NULL AND (SELECT system FROM scoring_system) = ANY (open_in)
GROUP BY unit, procedure
UNION ALL
SELECT unit_of_flag(accountable, scored_unit, unit), procedure, 'newly_overdue', accountable, count(DISTINCT case_token)
FROM flags CROSS JOIN judged_up_to
WHERE class = 'overdue' AND state = 'raised' AND since_at >= day_begins
GROUP BY 1, procedure, accountable;

GRANT SELECT ON judged_up_to, today_counts, duties_of_others TO hoso_sink;
GRANT EXECUTE ON FUNCTION unit_of_flag(text, text, text) TO hoso_sink, hoso_reader;
