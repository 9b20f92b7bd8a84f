-- depends: 0005_aggregates
--
-- Many discrepancies of one cause are one incident; many cases closed within minutes with the due as their end are for an
-- internal list. Views only say what the flags say together: they hold no state, whatever the order in which rows came,
-- and what people made of a flag does not move it. docs/incidents.md tells the reasons.

-- The source that a flag rests on, where its body names one; null where it does not, or where no one source is meant.
-- `life`: what people made of it, null where nobody said anything.
ALTER TABLE flag_changes ADD COLUMN source text, ADD COLUMN life text;
ALTER TABLE flags ADD COLUMN source text, ADD COLUMN life text;
UPDATE flag_changes SET life = convert_from(body, 'UTF8')::json #>> '{life,status}'
WHERE position('"life":{'::bytea IN body) > 0;
UPDATE flags SET life = convert_from(body, 'UTF8')::json #>> '{life,status}'
WHERE position('"life":{'::bytea IN body) > 0;

-- What the views below are measured by: one row, changed by the owner.
CREATE TABLE view_settings (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    -- Whose calendar days are meant.
    zone text NOT NULL DEFAULT 'Asia/Ho_Chi_Minh' CHECK (timestamptz 'epoch' AT TIME ZONE zone IS NOT NULL),
    -- A band is so many days; bands of 7 begin on Mondays.
    band_days integer NOT NULL DEFAULT 1 CHECK (band_days >= 1),
    -- So many cases in one band are an incident; several cycles of one case are one case.
    incident_cases_min integer NOT NULL DEFAULT 5 CHECK (incident_cases_min >= 2),
    -- Days without enough cases that an incident outlasts: a weekend, and a day off beside it.
    quiet_days_max integer NOT NULL DEFAULT 3 CHECK (quiet_days_max >= 0),
    -- So many cases of a unit, closed within so many minutes of each other, are one row of bulk_closings.
    bulk_cases_min integer NOT NULL DEFAULT 10 CHECK (bulk_cases_min >= 2),
    bulk_minutes_max integer NOT NULL DEFAULT 10 CHECK (bulk_minutes_max >= 1),
    -- Codes that close a case with a result; a system with codes of its own has them added here.
    closing_codes text[] NOT NULL DEFAULT '{9,10}'
);
INSERT INTO view_settings DEFAULT VALUES;

-- The classes whose cause may lie in a system. Never overdue, at_risk or no_movement: a proven delay is not folded away.
CREATE TABLE incident_classes (class text PRIMARY KEY);
INSERT INTO incident_classes VALUES
    ('backdated'), ('falsely_done'), ('falsely_late'), ('falsely_pending'), ('hung'), ('lost_registration'),
    ('out_of_sync'), ('print_blocked'), ('rewritten'), ('unknown'), ('vanished');

-- Closings as systems reported them, one a case, system, code, moment and declared end: the columns are the key, so that
-- the table is a set of facts. A closing of which only the day is known, or only a snapshot, tells no moment.
CREATE TABLE closings (
    case_token text NOT NULL,
    system text NOT NULL,
    code text NOT NULL,
    closed_at timestamptz NOT NULL,
    declared_end_at timestamptz NOT NULL,
    PRIMARY KEY (case_token, system, code, closed_at, declared_end_at)
);

ANALYZE view_settings;
ANALYZE incident_classes;

-- What the sink reads from now on (streams/sinks/rows.py), out of what is archived already.
INSERT INTO closings
SELECT case_token, body #>> '{data,system}', body #>> '{data,code}', at, (body #>> '{data,ended_at}')::timestamptz
FROM (
    SELECT case_token, at, convert_from(body, 'UTF8')::json AS body
    FROM entries
    WHERE type = 'official.status_changed'
) AS told
WHERE body #>> '{data,ended_at}' IS NOT NULL AND coalesce(body ->> 'precision', 'second') = 'second'
ON CONFLICT DO NOTHING;

-- A name that only the key decides.
CREATE FUNCTION incident_id_of(class text, party text, scope text, source text, begun_on date) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN left(
    encode(sha256(convert_to(jsonb_build_array(class, party, scope, source, begun_on)::text, 'UTF8')), 'hex'), 32
);

-- The newest version of every flag, and the day its incident began: null where it belongs to none. The key of an
-- incident: class, the party that is to act, where, the source if it is known, and the day on which its first band with
-- enough cases begins.
--
-- Windows and no joins: a planner that does not yet know how many flags there are would loop over all pairs of them.
-- Compared as bytes, since no order of a language is asked for and it takes half the time.
CREATE VIEW flags_with_incident AS
WITH placed AS (
    SELECT flag_id, cycle, version, state, since_at, until_at, unit, procedure, accountable, life, wording,
           case_token COLLATE "C" AS case_token, class COLLATE "C" AS class, scored_unit COLLATE "C" AS scored_unit,
           CASE WHEN of_unit THEN 'unit' ELSE accountable END COLLATE "C" AS party,
           -- The unit that had the case when the condition began, since a transfer does not move a cause. Where somebody
           -- else is to act, the cause is beyond one unit: the unit above. Empty where no unit is known.
           CASE WHEN of_unit THEN coalesce(scored_unit, '')
                ELSE regexp_replace(coalesce(scored_unit, ''), '[.-][^.-]*$', '') END COLLATE "C" AS scope,
           coalesce(source, '') COLLATE "C" AS source,
           -- Null for what never forms an incident, and for a flag that was withdrawn: it never held.
           CASE WHEN class = ANY (ARRAY(SELECT class FROM incident_classes)) THEN
               date '2001-01-01' + band_days * floor(
                   ((since_at AT TIME ZONE zone)::date - date '2001-01-01') / band_days::numeric
               )::integer
           END AS band,
           incident_cases_min,
           -- Two bands that begin no further apart are of one incident.
           band_days + quiet_days_max AS apart_max
    FROM flags
    CROSS JOIN view_settings
    CROSS JOIN LATERAL (SELECT starts_with(accountable, 'unit:') AS of_unit) AS party
), numbered AS (
    SELECT *, row_number() OVER (PARTITION BY class, party, scope, source, band, case_token) AS of_case
    FROM placed
    WHERE band IS NOT NULL
), counted AS (
    SELECT *,
           CASE WHEN count(*) FILTER (WHERE of_case = 1) OVER (PARTITION BY class, party, scope, source, band)
                     >= incident_cases_min
                THEN band END AS full_band
    FROM numbered
), neighbours AS (
    SELECT *,
           max(full_band) OVER (up GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS full_before,
           max(full_band) OVER up AS full_here_or_before,
           min(full_band) OVER (PARTITION BY class, party, scope, source ORDER BY band DESC) AS full_here_or_after
    FROM counted
    WINDOW up AS (PARTITION BY class, party, scope, source ORDER BY band)
), begun AS (
    SELECT *,
           -- A band between two full ones belongs to their incident, however few it has.
           full_here_or_after - full_here_or_before <= apart_max AS is_member,
           max(CASE WHEN full_band - full_before <= apart_max THEN NULL ELSE full_band END)
               OVER (PARTITION BY class, party, scope, source ORDER BY band) AS begun_on
    FROM neighbours
)
SELECT flag_id, cycle, version, case_token, class, state, since_at, until_at, unit, procedure, accountable, scored_unit,
       life, wording, party, nullif(scope, '') AS scope, nullif(source, '') AS source,
       CASE WHEN is_member THEN begun_on END AS begun_on
FROM begun
UNION ALL
SELECT flag_id, cycle, version, case_token, class, state, since_at, until_at, unit, procedure, accountable, scored_unit,
       life, wording, party, nullif(scope, ''), nullif(source, ''), NULL
FROM placed
WHERE band IS NULL;

CREATE VIEW incident_members AS
SELECT incident_id_of(class, party, scope, source, begun_on) AS incident_id, flag_id, cycle, case_token, class, state,
       since_at, until_at, scored_unit, party AS accountable, scope, source, begun_on
FROM flags_with_incident
WHERE begun_on IS NOT NULL;

-- One row an incident. It is open while one member is raised; cleared members stay members.
CREATE VIEW incidents AS
SELECT incident_id_of(class, party, scope, source, begun_on) AS incident_id,
       class, party AS accountable, scope, source, begun_on,
       count(*) AS members,
       count(*) FILTER (WHERE state = 'raised') AS members_open,
       count(DISTINCT case_token) AS cases,
       count(DISTINCT case_token) FILTER (WHERE state = 'raised') AS cases_open,
       array_agg(DISTINCT scored_unit ORDER BY scored_unit) FILTER (WHERE scored_unit IS NOT NULL) AS units,
       min(since_at) AS first_since_at,
       max(since_at) AS last_since_at,
       CASE WHEN bool_or(state = 'raised') THEN NULL ELSE max(until_at) END AS ended_at,
       CASE WHEN bool_or(state = 'raised') THEN NULL
            ELSE (max(until_at) AT TIME ZONE (SELECT zone FROM view_settings))::date END AS ended_on
FROM flags_with_incident
WHERE begun_on IS NOT NULL
GROUP BY class, party, scope, source, begun_on;

-- The flags that alert by themselves: raised, and in no incident. Nothing is counted by it. Whoever alerts may hold back
-- by `life` (acknowledged, snoozed, disputed …).
CREATE VIEW flags_to_alert AS
SELECT flag_id, cycle, version, case_token, class, since_at, unit, procedure, accountable, scored_unit, source, life,
       wording
FROM flags_with_incident
WHERE state = 'raised' AND begun_on IS NULL;

CREATE VIEW incident_counts AS
SELECT class, accountable, scope, source,
       count(*) AS incidents,
       count(*) FILTER (WHERE ended_at IS NULL) AS open,
       sum(members)::bigint AS members,
       sum(members_open)::bigint AS members_open
FROM incidents
GROUP BY class, accountable, scope, source;

-- Many cases of one unit closed within minutes, each with the very instant of a due as its declared end. To be looked at
-- (cần rà soát), no flag and no verdict: hoso_grafana does not see it.
CREATE VIEW bulk_closings AS
WITH at_due AS (
    SELECT unit, case_token, min(closed_at) AS closed_at
    FROM closings
    JOIN cases USING (case_token)
    CROSS JOIN view_settings
    WHERE unit IS NOT NULL AND code = ANY (closing_codes) AND declared_end_at IN (due_declared_at, due_computed_at)
    GROUP BY unit, case_token
), counted AS (
    SELECT *, count(*) OVER (
        PARTITION BY unit ORDER BY closed_at
        RANGE BETWEEN CURRENT ROW AND (SELECT make_interval(mins => bulk_minutes_max) FROM view_settings) FOLLOWING
    ) AS following
    FROM at_due
), dense AS (
    SELECT unit, case_token, closed_at, max(following) OVER (
        PARTITION BY unit ORDER BY closed_at
        RANGE BETWEEN (SELECT make_interval(mins => bulk_minutes_max) FROM view_settings) PRECEDING AND CURRENT ROW
    ) AS within
    FROM counted
), marked AS (
    SELECT unit, case_token, closed_at, zone,
           closed_at - lag(closed_at) OVER (PARTITION BY unit ORDER BY closed_at)
               > make_interval(mins => bulk_minutes_max) AS is_apart
    FROM dense CROSS JOIN view_settings
    WHERE within >= bulk_cases_min
), numbered AS (
    SELECT *, count(*) FILTER (WHERE is_apart) OVER (PARTITION BY unit ORDER BY closed_at) AS island
    FROM marked
)
SELECT unit,
       (min(closed_at) AT TIME ZONE zone)::date AS day,
       count(*) AS closings,
       min(closed_at) AS first_closed_at,
       max(closed_at) AS last_closed_at,
       array_agg(case_token ORDER BY closed_at, case_token COLLATE "C") AS case_tokens
FROM numbered
GROUP BY unit, zone, island;

GRANT SELECT, INSERT ON closings TO hoso_sink;
GRANT SELECT ON view_settings, incident_classes, closings TO hoso_reader;
GRANT SELECT ON flags_with_incident, incident_members, incidents, incident_counts, flags_to_alert, bulk_closings
    TO hoso_reader;
GRANT SELECT ON incident_counts TO hoso_grafana;
