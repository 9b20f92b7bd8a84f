-- judged_up_to --
-- Up to when all is judged.
SELECT extract(epoch FROM at) * 1000 AS "{judged_up_to}" FROM judged_up_to;

-- insufficient --
-- The share of cases that evidence counts and does not settle.
SELECT sum(unsure) / nullif(sum(evidenced), 0) AS "{insufficient}" FROM rate_counts WHERE period = {period} AND {here};

-- newly_overdue --
-- Cases that became really overdue today, by who is accountable.
SELECT coalesce(unit_places.name, owner.text, accountable, '') AS "{accountable}", sum(cases)::bigint AS "{cases}"
FROM (SELECT * FROM today_counts WHERE state = 'newly_overdue' AND {here}) AS today
LEFT JOIN unit_places ON 'unit:' || unit_places.unit = accountable
LEFT JOIN {owners} AS owner (key, text) ON owner.key = accountable
GROUP BY 1
ORDER BY 2 DESC, 1;

-- due_not_ready --
-- Cases due today that are not ready.
SELECT coalesce(sum(cases), 0)::bigint AS "{due_not_ready}" FROM today_counts WHERE state = 'not_ready' AND {here};

-- due_not_updated --
-- Cases whose duty is done, whose appointment is today, and which the scoring system shows as open.
SELECT coalesce(sum(cases), 0)::bigint AS "{due_not_updated}" FROM today_counts WHERE state = 'not_updated' AND {here};

-- points --
-- Points lost by how cases are counted: those by evidence less those as reported, against the lower and the upper bound.
SELECT points * (proven / evidenced - in_time / counted) AS "{points_least}",
       points * ((proven + unsure) / evidenced - in_time / counted) AS "{points_most}"
FROM (
    SELECT nullif(sum(counted), 0) AS counted, sum(in_time) AS in_time, nullif(sum(evidenced), 0) AS evidenced,
           sum(proven) AS proven, sum(unsure) AS unsure
    FROM rate_counts WHERE period = {period} AND {here}
) AS rates
CROSS JOIN scoring_system;

-- rate_reported --
-- The on-time rate as the system counts it.
SELECT sum(in_time) / nullif(sum(counted), 0) AS "{rate_reported}" FROM rate_counts WHERE period = {period} AND {here};

-- rate_evidence --
-- The on-time rate by evidence: what is proven in time, and that with all that evidence leaves open.
SELECT sum(proven) / nullif(sum(evidenced), 0) AS "{rate_least}",
       sum(proven + unsure) / nullif(sum(evidenced), 0) AS "{rate_most}"
FROM rate_counts WHERE period = {period} AND {here};

-- causes --
-- What each cause adds to the reported rate, held against the lower and the upper bound of the rate by evidence. Of one
-- unit a transfer is a cause; of several together the cause of the case is.
SELECT coalesce(word.text, moves.key) AS "{cause}", cases::bigint AS "{cases}",
       cause_share(both_low, theirs, theirs_in_time, ours, ours_proven, counted, evidenced, proven) AS "{share_least}",
       cause_share(both_high, theirs, theirs_in_time, ours, ours_possible, counted, evidenced, proven + unsure)
           AS "{share_most}"
FROM (
    SELECT CASE WHEN {one_unit} THEN cause ELSE coalesce(case_cause, cause) END AS key, sum(cases) AS cases,
           sum(both_low) AS both_low, sum(both_high) AS both_high, sum(theirs) AS theirs,
           sum(theirs_in_time) AS theirs_in_time, sum(ours) AS ours, sum(ours_proven) AS ours_proven,
           sum(ours_possible) AS ours_possible
    FROM cause_counts WHERE period = {period} AND {here}
    GROUP BY 1
) AS moves
CROSS JOIN (
    SELECT sum(counted) AS counted, sum(evidenced) AS evidenced, sum(proven) AS proven, sum(unsure) AS unsure
    FROM rate_counts WHERE period = {period} AND {here}
) AS rates
LEFT JOIN {causes} AS word (key, text) ON word.key = moves.key
WHERE moves.key IS NOT NULL
ORDER BY abs(cause_share(both_low, theirs, theirs_in_time, ours, ours_proven, counted, evidenced, proven)) DESC, 1;

-- open --
-- Open as the scoring system shows it and in reality, and where the two part.
SELECT coalesce(sum(reported), 0)::bigint AS "{open_reported}", coalesce(sum(observed), 0)::bigint AS "{open_observed}",
       coalesce(sum(done_not_updated), 0)::bigint AS "{done_not_updated}",
       coalesce(sum(not_shown), 0)::bigint AS "{not_shown}"
FROM open_counts WHERE {here};

-- steps --
-- How far cases have come by evidence.
SELECT coalesce(sum(cases) FILTER (WHERE step >= 2), 0)::bigint AS "{taken}",
       coalesce(sum(cases) FILTER (WHERE step >= 3), 0)::bigint AS "{transmitted}",
       coalesce(sum(cases) FILTER (WHERE step >= 6), 0)::bigint AS "{ready}",
       coalesce(sum(cases) FILTER (WHERE step >= 7), 0)::bigint AS "{handed_over}"
FROM step_counts WHERE {here};

-- ages --
-- Open cases by days since intake.
SELECT band.text AS "{age_days}", coalesce(sum(reported), 0)::bigint AS "{open_reported}",
       coalesce(sum(observed), 0)::bigint AS "{open_observed}"
FROM (VALUES (1, '0–7'), (2, '8–15'), (3, '16–30'), (4, '31–60'), (5, '> 60')) AS band (age_band, text)
LEFT JOIN (SELECT * FROM open_counts WHERE {here}) AS counted USING (age_band)
GROUP BY age_band, band.text
ORDER BY age_band;

-- false_backlog --
-- Days in which cases stood open in the system after their end, by cause.
SELECT coalesce(word.text, cause) AS "{cause}", sum(days)::double precision AS "{days}", sum(cases)::bigint AS "{cases}"
FROM false_backlog
LEFT JOIN {causes} AS word (key, text) ON word.key = cause
WHERE period = {period} AND {here}
GROUP BY 1
ORDER BY 2 DESC;
