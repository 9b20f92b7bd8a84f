-- units --
-- Each unit beside the others: what is open, what is late, both rates. The worst by evidence first.
WITH rates AS (
    SELECT unit, sum(counted) AS counted, sum(in_time) AS in_time, sum(evidenced) AS evidenced, sum(proven) AS proven,
           sum(unsure) AS unsure
    FROM rate_counts WHERE period = {period} AND {here} GROUP BY unit
), opens AS (
    SELECT unit, sum(reported) AS reported, sum(observed) AS observed, sum(done_not_updated) AS not_updated
    FROM open_counts WHERE {here} GROUP BY unit
), flagged AS (
    SELECT unit, sum(cases) FILTER (WHERE class = 'overdue') AS overdue,
           sum(cases) FILTER (WHERE class = 'at_risk') AS at_risk
    FROM flag_counts WHERE {here} GROUP BY unit
)
SELECT name AS "{unit}", unit_places.unit AS "{code}", province AS "{province}",
       coalesce(overdue, 0)::bigint AS "{overdue}", coalesce(at_risk, 0)::bigint AS "{at_risk}",
       coalesce(opens.reported, 0)::bigint AS "{open_reported}", coalesce(observed, 0)::bigint AS "{open_observed}",
       coalesce(not_updated, 0)::bigint AS "{done_not_updated}",
       in_time / nullif(counted, 0) AS "{rate_reported}", proven / nullif(evidenced, 0) AS "{rate_least}",
       (proven + unsure) / nullif(evidenced, 0) AS "{rate_most}", unsure / nullif(evidenced, 0) AS "{insufficient}",
       points * (proven / nullif(evidenced, 0) - in_time / nullif(counted, 0)) AS "{points_least}"
FROM unit_places
LEFT JOIN rates USING (unit)
LEFT JOIN opens USING (unit)
LEFT JOIN flagged USING (unit)
LEFT JOIN scoring_system ON true
WHERE rates.unit IS NOT NULL OR opens.unit IS NOT NULL OR flagged.unit IS NOT NULL
ORDER BY 4 DESC, 1;

-- corrections --
-- What each unit, or whoever else must act, has to correct or explain: counts, the cases stand on their own pages.
SELECT coalesce(place.name, unit, '') AS "{unit}", unit AS "{code}",
       coalesce(owner.text, split_part(accountable, ':', 1)) AS "{accountable}",
       coalesce(sum(cases) FILTER (WHERE class = 'falsely_pending'), 0)::bigint AS falsely_pending,
       coalesce(sum(cases) FILTER (WHERE class = 'out_of_sync'), 0)::bigint AS out_of_sync,
       coalesce(sum(cases) FILTER (WHERE class = 'falsely_late'), 0)::bigint AS falsely_late,
       coalesce(sum(cases) FILTER (WHERE class = 'hung'), 0)::bigint AS hung,
       coalesce(sum(cases) FILTER (WHERE class = 'falsely_done'), 0)::bigint AS falsely_done,
       coalesce(sum(cases) FILTER (WHERE class IN ('backdated', 'rewritten')), 0)::bigint AS backdated,
       coalesce(sum(cases) FILTER (WHERE class = 'wrong_due'), 0)::bigint AS wrong_due,
       coalesce(sum(cases) FILTER (WHERE class = 'lost_registration'), 0)::bigint AS lost_registration,
       coalesce(sum(cases) FILTER (WHERE class = 'vanished'), 0)::bigint AS vanished,
       coalesce(sum(cases) FILTER (WHERE class = 'unknown'), 0)::bigint AS unknown,
       sum(cases)::bigint AS "{cases}"
FROM flag_counts AS counted
LEFT JOIN unit_places AS place USING (unit)
LEFT JOIN {owners} AS owner (key, text) ON owner.key = split_part(accountable, ':', 1)
WHERE class IN ('falsely_pending', 'out_of_sync', 'falsely_late', 'hung', 'falsely_done', 'backdated', 'rewritten',
                'wrong_due', 'lost_registration', 'vanished', 'unknown') AND {here}
GROUP BY 1, 2, 3
ORDER BY sum(cases) DESC, 1, 3;

-- lists --
-- Cases with a raised flag, by class, with the oldest.
SELECT coalesce(word.text, class) AS "{class}", sum(cases)::bigint AS "{cases}",
       extract(epoch FROM min(oldest_since_at)) * 1000 AS "{oldest}"
FROM flag_counts AS counted
LEFT JOIN {classes} AS word (key, text) ON word.key = class
WHERE {here}
GROUP BY 1
ORDER BY 2 DESC;
