-- fetch_rules_place --
-- Where in the log the rules stand that were activated last.
SELECT log_offset FROM entries WHERE type = 'rules.activated' AND log_partition = 0 ORDER BY log_offset DESC LIMIT 1;

-- fetch_rules_at --
-- The entry that activated rules, at an offset of the first partition.
SELECT body FROM entries WHERE type = 'rules.activated' AND log_partition = 0 AND log_offset = $1;

-- fetch_last_tick --
-- Up to when the archive has judged, and the bounds of that day and month where days are counted; a due at 24:00 is the
-- next midnight, so a day's dues lie after its beginning, up to and including its end.
SELECT at,
       date_trunc('day', at, zone) AS day_begins,
       (date_trunc('day', at AT TIME ZONE zone) + interval '1 day') AT TIME ZONE zone AS day_ends,
       date_trunc('month', at, zone) AS month_begins,
       (date_trunc('month', at AT TIME ZONE zone) + interval '1 month') AT TIME ZONE zone AS month_ends
FROM (SELECT at FROM entries WHERE type = 'clock.ticked' ORDER BY at DESC LIMIT 1) AS last CROSS JOIN view_settings;

-- count_flagged --
-- Cases with a raised flag of a class, by the unit that has them (or, $2, that is charged) and who is accountable.
SELECT CASE WHEN $2 THEN coalesce(scored_unit, unit) ELSE unit END AS unit,
       split_part(accountable, ':', 1) AS accountable,
       count(DISTINCT case_token) AS cases
FROM flags
WHERE class = $1 AND state = 'raised'
GROUP BY 1, 2;

-- count_newly_overdue --
-- Cases that became really overdue since $1 and still are.
SELECT unit, split_part(accountable, ':', 1) AS accountable, count(DISTINCT case_token) AS cases
FROM flags
WHERE class = 'overdue' AND state = 'raised' AND since_at >= $1
GROUP BY 1, 2;

-- count_not_ready --
-- Open cases whose due lies after $1, up to and including $2.
SELECT unit, count(*) AS cases
FROM cases
WHERE due_computed_at > $1 AND due_computed_at <= $2 AND ended_at IS NULL AND merged_into IS NULL
GROUP BY unit;

-- count_not_updated --
-- Cases whose duty is done while the scoring system is open, and whose appointment lies after $1, up to $2.
SELECT coalesce(flags.scored_unit, flags.unit) AS unit, count(DISTINCT case_token) AS cases
FROM flags JOIN cases USING (case_token)
WHERE flags.class = 'falsely_pending' AND flags.state = 'raised'
  AND coalesce(due_declared_at, due_computed_at) > $1 AND coalesce(due_declared_at, due_computed_at) <= $2
GROUP BY 1;

-- count_incidents --
-- Open incidents by who is to act and where: the cases in them, and the class of most of them. What is unknown because
-- nobody told stands apart from what is wrong.
WITH members AS (
    SELECT split_part(party, ':', 1) AS party, scope, class = 'unknown' AS is_unknown, class, wording, case_token
    FROM flags_with_incident
    WHERE state = 'raised' AND begun_on IS NOT NULL
), classes AS (
    SELECT party, scope, is_unknown, class, wording, count(DISTINCT case_token) AS cases,
           row_number() OVER (
               PARTITION BY party, scope, is_unknown ORDER BY count(DISTINCT case_token) DESC, class
           ) AS place
    FROM members
    GROUP BY party, scope, is_unknown, class, wording
), whole AS (
    SELECT party, scope, is_unknown, count(DISTINCT case_token) AS cases
    FROM members
    GROUP BY party, scope, is_unknown
)
SELECT whole.scope AS unit, whole.party AS accountable, class, wording, whole.cases
FROM whole
JOIN classes ON place = 1 AND whole.party = classes.party AND whole.is_unknown = classes.is_unknown
            AND whole.scope IS NOT DISTINCT FROM classes.scope;

-- fetch_late_allowance --
-- How many more cases due after $1, up to $2, may be late until the target is missed; of units that have had a late one.
SELECT unit, floor((1 - on_time_target) * cases)::bigint - late AS allowance
FROM (
    SELECT unit, count(*) AS cases, count(*) FILTER (WHERE verdict IN ('late', 'overdue')) AS late
    FROM cases
    WHERE due_computed_at > $1 AND due_computed_at <= $2 AND merged_into IS NULL AND unit IS NOT NULL
    GROUP BY unit
) AS of_unit
CROSS JOIN gauge_settings
WHERE late > 0
ORDER BY allowance, unit COLLATE "C"
LIMIT $3;

-- count_complaints --
-- Units about which people complained again and again for one reason in the last days before $1.
WITH told AS (
    SELECT convert_from(body, 'UTF8')::json -> 'data' AS data
    FROM entries CROSS JOIN gauge_settings
    WHERE type = 'complaint.filed' AND at > $1::timestamptz - make_interval(days => complaint_days)
)
SELECT data ->> 'unit' AS unit, coalesce(data ->> 'reason', 'none') AS reason, count(*) AS complaints
FROM told
GROUP BY 1, 2
HAVING count(*) >= (SELECT complaints_min FROM gauge_settings);
