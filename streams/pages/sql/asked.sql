-- applied --
-- The migrations that the database has.
SELECT migration_id FROM schema_migrations;

-- judged --
-- Up to when all is judged, null before the first tick, and the zone of days.
SELECT at, zone FROM view_settings LEFT JOIN judged_up_to ON true;

-- rows --
-- A page of a list, the oldest first, or without a limit all of it; with how many rows the list has, and of how many
-- cases: where it has none, one row tells that. The list is made once and counted and cut from there.
WITH member AS MATERIALIZED (
    SELECT * FROM ({members}) AS told WHERE {chosen}
), total AS (
    SELECT count(*) AS rows, count(DISTINCT case_token) AS cases FROM member
)
SELECT total.rows, total.cases, page.case_token, page.flag_id, page.cycle, page.since_at, page.unit,
       unit_names.name AS unit_name, page.procedure, flags.class, flags.accountable, party.name AS accountable_name,
       flags.life, convert_from(flags.body, 'UTF8')::jsonb ->> 'leg' AS leg, cases.observed, scored.state AS reported,
       coalesce(nullif(held_stage, ''), observed) AS stage, coalesce(held_owner, 'unit') AS owner, due_computed_at,
       due_declared_at, cases.provisional
FROM total LEFT JOIN (
    SELECT * FROM member
    WHERE {after}
    ORDER BY since_at, case_token COLLATE "C", flag_id COLLATE "C", cycle
    LIMIT {limit}
) AS page ON true
LEFT JOIN flags ON flags.flag_id = page.flag_id AND flags.cycle = page.cycle
LEFT JOIN cases ON cases.case_token = page.case_token
LEFT JOIN unit_names ON unit_names.unit = page.unit
LEFT JOIN unit_names AS party ON 'unit:' || party.unit = flags.accountable
LEFT JOIN LATERAL (
    SELECT line ->> 'state' AS state FROM jsonb_array_elements(official) AS line
    WHERE line ->> 'system' = (SELECT system FROM scoring_system)
) AS scored ON true
ORDER BY page.since_at, page.case_token COLLATE "C", page.flag_id COLLATE "C", page.cycle;

-- valid_unit --
-- Units by code, with their names.
SELECT unit AS value, name FROM unit_places ORDER BY unit;

-- valid_procedure --
-- Procedures that some case has.
SELECT DISTINCT procedure AS value, procedure AS name FROM unit_counts WHERE procedure IS NOT NULL ORDER BY 1;

-- valid_province --
-- Provinces of units, and none.
SELECT province AS value, province AS name FROM (SELECT province FROM unit_places UNION SELECT 'none') AS told ORDER BY 1;
