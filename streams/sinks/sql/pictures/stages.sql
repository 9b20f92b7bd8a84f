-- waiting --
-- Where open cases wait, who has them, and for how long on average and at most.
SELECT coalesce(stage_word.text, stage) AS "{stage}", coalesce(owner_word.text, owner) AS "{owner}",
       sum(cases)::bigint AS "{cases}", sum(waited_seconds) / nullif(sum(cases), 0) / 86400 AS "{days_on_average}",
       extract(epoch FROM min(oldest_since_at)) * 1000 AS "{oldest}"
FROM waiting_counts
LEFT JOIN {stages} AS stage_word (key, text) ON stage_word.key = stage
LEFT JOIN {owners} AS owner_word (key, text) ON owner_word.key = owner
WHERE {here}
GROUP BY 1, 2
ORDER BY 3 DESC, 1, 2;

-- owners --
-- Who has the open cases.
SELECT coalesce(word.text, owner) AS "{owner}", sum(cases)::bigint AS "{cases}"
FROM waiting_counts
LEFT JOIN {owners} AS word (key, text) ON word.key = owner
WHERE {here}
GROUP BY 1
ORDER BY 2 DESC;

-- steps_of_procedures --
-- How far cases of each procedure have come.
SELECT coalesce(word.text, procedure, '') AS "{procedure}",
       coalesce(sum(cases) FILTER (WHERE step >= 2), 0)::bigint AS "{taken}",
       coalesce(sum(cases) FILTER (WHERE step >= 3), 0)::bigint AS "{transmitted}",
       coalesce(sum(cases) FILTER (WHERE step >= 6), 0)::bigint AS "{ready}",
       coalesce(sum(cases) FILTER (WHERE step >= 7), 0)::bigint AS "{handed_over}"
FROM step_counts
LEFT JOIN {procedures} AS word (key, text) ON word.key = procedure
WHERE {here}
GROUP BY 1
ORDER BY 2 DESC;

-- incidents --
-- Open incidents by class, who is to act, where, and the source and release of software where these are known.
SELECT coalesce(word.text, class) AS "{class}", coalesce(owner.text, split_part(accountable, ':', 1)) AS "{accountable}",
       coalesce(place.name, scope, '') AS "{unit}", coalesce(source, '') AS "{source}",
       coalesce(software, '') AS "{software}", sum(open)::bigint AS "{open_incidents}",
       sum(members_open)::bigint AS "{cases}"
FROM (SELECT *, scope AS unit FROM incident_counts WHERE open > 0) AS counted
LEFT JOIN unit_places AS place USING (unit)
LEFT JOIN {classes} AS word (key, text) ON word.key = class
LEFT JOIN {owners} AS owner (key, text) ON owner.key = split_part(accountable, ':', 1)
WHERE {near}
GROUP BY 1, 2, 3, 4, 5
ORDER BY 7 DESC, 1, 3;
