-- flags --
-- Cases with a flag that is raised: a row for each class, unit and party (flag_counts), that of the oldest flag.
SELECT DISTINCT ON (case_token, class, accountable, scored_unit, place.unit, procedure)
       case_token, flag_id, cycle, place.unit, procedure, since_at, class, accountable
FROM flags CROSS JOIN LATERAL (SELECT unit_of_flag(accountable, scored_unit, flags.unit) AS unit) AS place
WHERE state = 'raised'
ORDER BY case_token, class, accountable, scored_unit, place.unit, procedure, since_at, flag_id, cycle;

-- newly_overdue --
-- Cases that became really overdue today, for each who is accountable (today_counts).
SELECT DISTINCT ON (case_token, accountable, place.unit, procedure)
       case_token, flag_id, cycle, place.unit, procedure, since_at, accountable
FROM flags CROSS JOIN judged_up_to
CROSS JOIN LATERAL (SELECT unit_of_flag(accountable, scored_unit, flags.unit) AS unit) AS place
WHERE class = 'overdue' AND state = 'raised' AND since_at >= day_begins
ORDER BY case_token, accountable, place.unit, procedure, since_at, flag_id, cycle;

-- due_not_ready --
-- Cases due today without a result (today_counts).
SELECT case_token, '' AS flag_id, 0 AS cycle, unit, procedure, opened_at AS since_at
FROM cases CROSS JOIN judged_up_to
WHERE due_computed_at > day_begins AND due_computed_at <= day_ends AND ended_at IS NULL AND merged_into IS NULL
  AND NOT EXISTS (SELECT FROM duties_of_others WHERE duties_of_others.rule = cases.rule);

-- due_not_updated --
-- Cases that are done, whose appointment is today, and which the scoring system shows as open (today_counts).
SELECT case_token, '' AS flag_id, 0 AS cycle, unit, procedure, ended_at AS since_at
FROM cases CROSS JOIN judged_up_to
WHERE coalesce(due_declared_at, due_computed_at) > day_begins AND coalesce(due_declared_at, due_computed_at) <= day_ends
  AND ended_at IS NOT NULL AND merged_into IS NULL AND (SELECT system FROM scoring_system) = ANY (open_in);

-- open_reported --
-- Open as the scoring system shows it (open_counts).
SELECT case_token, '' AS flag_id, 0 AS cycle, unit, procedure, opened_at AS since_at
FROM cases
WHERE merged_into IS NULL AND (SELECT system FROM scoring_system) = ANY (open_in);

-- open_observed --
-- Open as evidence shows it (open_counts).
SELECT case_token, '' AS flag_id, 0 AS cycle, unit, procedure, opened_at AS since_at
FROM cases
WHERE merged_into IS NULL AND ended_at IS NULL;

-- done_not_updated --
-- Ended by evidence, and open in the scoring system (open_counts).
SELECT case_token, '' AS flag_id, 0 AS cycle, unit, procedure, ended_at AS since_at
FROM cases
WHERE merged_into IS NULL AND ended_at IS NOT NULL AND (SELECT system FROM scoring_system) = ANY (open_in);

-- not_shown --
-- Open by evidence, and not in the scoring system (open_counts).
SELECT case_token, '' AS flag_id, 0 AS cycle, unit, procedure, opened_at AS since_at
FROM cases
WHERE merged_into IS NULL AND ended_at IS NULL
  AND NOT coalesce((SELECT system FROM scoring_system) = ANY (open_in), false);

-- waiting --
-- Where open cases wait and who has them (waiting_counts).
SELECT case_token, '' AS flag_id, 0 AS cycle, unit, procedure, coalesce(held_since_at, opened_at) AS since_at,
       coalesce(nullif(held_stage, ''), observed) AS stage, coalesce(held_owner, 'unit') AS owner
FROM cases
WHERE merged_into IS NULL AND ended_at IS NULL;

-- incidents --
-- Flags that are raised and belong to an incident (incident_members); `scope` is the unit of the incident. Of the flag
-- itself what the flag has: the view compares as bytes, by which no index of others is found.
SELECT flags.case_token, flag_id, cycle, flags.scored_unit AS unit, flags.procedure, flags.since_at, flags.class,
       member.accountable, member.scope, member.source, member.software
FROM incident_members AS member JOIN flags USING (flag_id, cycle)
WHERE flags.state = 'raised';
