-- fetch_entries --
-- A page of one log partition, from a position up to, not including, another.
SELECT log_offset, appended_at, case_token, headers, body
FROM entries
WHERE log_partition = $1 AND log_offset >= $2 AND log_offset < $3
ORDER BY log_offset
LIMIT $4;

-- fetch_cases --
-- The newest view of every case, by token.
SELECT body FROM cases ORDER BY case_token COLLATE "C";

-- fetch_flags --
-- The newest version of every cycle of a flag.
SELECT body FROM flags ORDER BY flag_id COLLATE "C", cycle;

-- fetch_flag_changes --
-- Everything ever said of a flag, in the order in which replays are compared.
SELECT body FROM flag_changes ORDER BY flag_id COLLATE "C", cycle, version;

-- fetch_codes --
-- Every encrypted code, by token.
SELECT case_token, sealed FROM codes ORDER BY case_token COLLATE "C";

-- fetch_unit_figures --
-- Per unit, both lines side by side, as simple counts. $1: the official states in which a case is open. A case without
-- an official line counts in neither figure as reported.
SELECT unit,
       count(*) AS received,
       count(*) FILTER (WHERE line.state = ANY ($1)) AS open_reported,
       count(*) FILTER (WHERE ended_at IS NULL) AS open_observed,
       count(*) FILTER (WHERE line.state IS NOT NULL AND line.state <> ALL ($1)
                          AND line.since <= coalesce(due_declared_at, due_computed_at)) AS on_time_reported,
       count(*) FILTER (WHERE verdict = 'on_time') AS on_time_observed,
       count(line.state) AS with_official,
       count(*) FILTER (WHERE 'overdue' = ANY (cases.flags)) AS overdue,
       count(*) FILTER (WHERE accused.accountable LIKE 'unit:%') AS falsely_pending_unit,
       count(accused.accountable) AS falsely_pending_scored
FROM cases
LEFT JOIN LATERAL (
    SELECT entry ->> 'state' AS state, (entry ->> 'since')::timestamptz AS since
    FROM jsonb_array_elements(official) AS entry
    WHERE entry ->> 'system' = $2
) AS line ON true
LEFT JOIN LATERAL (
    SELECT accountable FROM flags
    WHERE flags.case_token = cases.case_token AND class = 'falsely_pending' AND state = 'raised'
    LIMIT 1
) AS accused ON true
GROUP BY unit
ORDER BY unit;

-- fetch_incidents --
-- Incidents, open ones first, then the newest. $1: only those of a unit or of units beneath it; $2: only open ones.
SELECT incident_id, class, accountable, scope, source, software, begun_on, members, members_open, cases, cases_open, units,
       first_since_at, last_since_at, ended_at, ended_on
FROM incidents
WHERE ($1::text IS NULL OR EXISTS (
          SELECT FROM unnest(units) AS unit
          WHERE unit = $1 OR starts_with(unit, $1 || '.') OR starts_with(unit, $1 || '-')
      ))
  AND (ended_at IS NULL OR NOT $2)
ORDER BY ended_at IS NOT NULL, begun_on DESC, members DESC, incident_id COLLATE "C";
