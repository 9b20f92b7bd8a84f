-- fetch_rules_place --
-- Where in the log the rules stand that were activated last.
SELECT log_offset FROM entries WHERE type = 'rules.activated' AND log_partition = 0 ORDER BY log_offset DESC LIMIT 1;

-- fetch_rules_at --
-- The entry that activated rules, at an offset of the first partition.
SELECT body FROM entries WHERE type = 'rules.activated' AND log_partition = 0 AND log_offset = $1;

-- fetch_last_tick --
-- Up to when the archive has judged, and the bounds of the month of that day; a due at 24:00 is the next midnight, so a
-- month's dues lie after its beginning, up to and including its end.
SELECT at,
       date_trunc('month', day)::timestamp AT TIME ZONE zone AS month_begins,
       (date_trunc('month', day) + interval '1 month')::timestamp AT TIME ZONE zone AS month_ends
FROM judged_up_to CROSS JOIN view_settings;

-- count_flagged --
-- Cases with a raised flag of a class, by whose they are and who is accountable.
SELECT unit_of_flag(accountable, scored_unit, unit) AS unit, split_part(accountable, ':', 1) AS accountable,
       count(DISTINCT case_token) AS cases
FROM flags
WHERE class = $1 AND state = 'raised'
GROUP BY 1, 2;

-- count_flagged_alone --
-- The same of some classes, without what an incident tells of.
SELECT unit_of_flag(accountable, scored_unit, unit) AS unit, split_part(accountable, ':', 1) AS accountable, class,
       count(DISTINCT case_token) AS cases
FROM flags_with_incident
WHERE class = ANY ($1::text[]) AND state = 'raised' AND begun_on IS NULL
GROUP BY 1, 2, 3;

-- count_today --
-- What today asks for: newly_overdue, not_ready, not_updated.
SELECT unit, state, split_part(accountable, ':', 1) AS accountable, sum(cases)::bigint AS cases
FROM today_counts
GROUP BY 1, 2, 3;

-- count_incidents --
-- Open incidents by who is to act and where: the cases in them, and the class of most of them. What is unknown because
-- nobody told stands apart from what is wrong, and by the units of the cases: so it is told beside their silent sources.
WITH members AS (
    SELECT split_part(party, ':', 1) AS party, CASE WHEN class = 'unknown' THEN scored_unit ELSE scope END AS scope,
           class = 'unknown' AS is_unknown, class, case_token
    FROM flags_with_incident
    WHERE state = 'raised' AND begun_on IS NOT NULL
), classes AS (
    SELECT party, scope, is_unknown, class, count(DISTINCT case_token) AS cases,
           row_number() OVER (
               PARTITION BY party, scope, is_unknown ORDER BY count(DISTINCT case_token) DESC, class
           ) AS place
    FROM members
    GROUP BY party, scope, is_unknown, class
), whole AS (
    SELECT party, scope, is_unknown, count(DISTINCT case_token) AS cases
    FROM members
    GROUP BY party, scope, is_unknown
)
SELECT whole.scope AS unit, whole.party AS accountable, class, whole.cases
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
      -- What a host or a citizen owes is not the unit's to be late with.
      AND NOT EXISTS (SELECT FROM duties_of_others WHERE duties_of_others.rule = cases.rule)
    GROUP BY unit
) AS of_unit
CROSS JOIN gauge_settings
WHERE late > 0
ORDER BY allowance, unit COLLATE "C"
LIMIT $3;

-- count_complaints --
-- Units about which people complained again and again for one reason in the last days before $1. An entry may stand in
-- the log more than once.
WITH told AS (
    SELECT DISTINCT ON (entry ->> 'fact') entry -> 'data' AS data
    FROM (
        SELECT convert_from(body, 'UTF8')::json AS entry
        FROM entries CROSS JOIN gauge_settings
        WHERE type = 'complaint.filed' AND at <= $1 AND at > $1::timestamptz - make_interval(days => complaint_days)
    ) AS entries
    ORDER BY entry ->> 'fact'
)
SELECT data ->> 'unit' AS unit, coalesce(data ->> 'reason', 'none') AS reason, count(*) AS complaints
FROM told
GROUP BY 1, 2
HAVING count(*) >= (SELECT complaints_min FROM gauge_settings);
