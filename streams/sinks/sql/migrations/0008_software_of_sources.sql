-- depends: 0007_dossiers_and_transfers
--
-- One cause is often one release of one program: the source that a flag rests on, and the software that it ran when the
-- condition began, are of an incident's key. Heartbeats tell the software (source.heartbeat); the views stay a set
-- function of rows, whatever the order in which they came.

-- What a source ran at an instant, as its heartbeats told: the columns are the key, so that the table is a set of facts.
CREATE TABLE source_software (
    source text NOT NULL,
    software text NOT NULL,
    since_at timestamptz NOT NULL,
    PRIMARY KEY (source, since_at, software)
);
ANALYZE source_software;

DROP VIEW incident_counts, flags_to_alert, incidents, incident_members, flags_with_incident;
DROP FUNCTION incident_id_of(text, text, text, text, date);

-- From when to when each source that flags name ran which software. What the source itself told goes before what one
-- above it told (urn:hoso:onestop is above urn:hoso:onestop:H26-01); of two told for one instant the greater name counts.
CREATE VIEW software_runs AS
WITH named AS (
    SELECT DISTINCT source FROM flags WHERE source IS NOT NULL
), told AS (
    SELECT named.source, heard.software, heard.since_at, length(heard.source) AS exact,
           max(length(heard.source)) OVER (PARTITION BY named.source) AS most_exact
    FROM named
    JOIN source_software AS heard ON named.source = heard.source OR starts_with(named.source, heard.source || ':')
), changed AS (
    -- A day's heartbeat that tells what the one before told begins no run.
    SELECT source, software, since_at,
           software IS DISTINCT FROM lag(software) OVER (PARTITION BY source ORDER BY since_at, software COLLATE "C") AS is_new
    FROM told
    WHERE exact = most_exact
)
SELECT source, software, since_at AS from_at,
       lead(since_at) OVER (PARTITION BY source ORDER BY since_at, software COLLATE "C") AS to_at
FROM changed
WHERE is_new;

-- A name that only the key decides; where no software is known it is the one that 0006 gave.
CREATE FUNCTION incident_id_of(class text, party text, scope text, source text, software text, begun_on date) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN left(
    encode(sha256(convert_to((
        jsonb_build_array(class, party, scope, source, begun_on)
        || CASE WHEN software IS NULL THEN '[]' ELSE jsonb_build_array(software) END
    )::text, 'UTF8')), 'hex'), 32
);

-- The newest version of every flag, and the day its incident began: null where it belongs to none. The key of an
-- incident: class, the party that is to act, where, the source if it is known, the release of its software if that is,
-- and the day on which its first band with enough cases begins.
--
-- Windows and no joins of flags with flags: a planner that does not yet know how many there are would loop over all pairs.
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
           coalesce(flags.source, '') COLLATE "C" AS source,
           coalesce(runs.software, '') COLLATE "C" AS software,
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
    LEFT JOIN software_runs AS runs
        ON runs.source = flags.source AND runs.from_at <= flags.since_at
       AND (runs.to_at IS NULL OR flags.since_at < runs.to_at)
), numbered AS (
    SELECT *, row_number() OVER (PARTITION BY class, party, scope, source, software, band, case_token) AS of_case
    FROM placed
    WHERE band IS NOT NULL
), counted AS (
    SELECT *,
           CASE WHEN count(*) FILTER (WHERE of_case = 1) OVER (PARTITION BY class, party, scope, source, software, band)
                     >= incident_cases_min
                THEN band END AS full_band
    FROM numbered
), neighbours AS (
    SELECT *,
           max(full_band) OVER (up GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS full_before,
           max(full_band) OVER up AS full_here_or_before,
           min(full_band) OVER (PARTITION BY class, party, scope, source, software ORDER BY band DESC) AS full_here_or_after
    FROM counted
    WINDOW up AS (PARTITION BY class, party, scope, source, software ORDER BY band)
), begun AS (
    SELECT *,
           -- A band between two full ones belongs to their incident, however few it has.
           full_here_or_after - full_here_or_before <= apart_max AS is_member,
           max(CASE WHEN full_band - full_before <= apart_max THEN NULL ELSE full_band END)
               OVER (PARTITION BY class, party, scope, source, software ORDER BY band) AS begun_on
    FROM neighbours
)
SELECT flag_id, cycle, version, case_token, class, state, since_at, until_at, unit, procedure, accountable, scored_unit,
       life, wording, party, nullif(scope, '') AS scope, nullif(source, '') AS source,
       nullif(software, '') AS software,
       CASE WHEN is_member THEN begun_on END AS begun_on
FROM begun
UNION ALL
SELECT flag_id, cycle, version, case_token, class, state, since_at, until_at, unit, procedure, accountable, scored_unit,
       life, wording, party, nullif(scope, ''), nullif(source, ''), nullif(software, ''), NULL
FROM placed
WHERE band IS NULL;

CREATE VIEW incident_members AS
SELECT incident_id_of(class, party, scope, source, software, begun_on) AS incident_id, flag_id, cycle,
       case_token, class, state, since_at, until_at, scored_unit, party AS accountable, scope, source, software, begun_on
FROM flags_with_incident
WHERE begun_on IS NOT NULL;

-- One row an incident. It is open while one member is raised; cleared members stay members.
CREATE VIEW incidents AS
SELECT incident_id_of(class, party, scope, source, software, begun_on) AS incident_id,
       class, party AS accountable, scope, source, software, begun_on,
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
GROUP BY class, party, scope, source, software, begun_on;

-- The flags that alert by themselves: raised, and in no incident. Nothing is counted by it. Whoever alerts may hold back
-- by `life` (acknowledged, snoozed, disputed …).
CREATE VIEW flags_to_alert AS
SELECT flag_id, cycle, version, case_token, class, since_at, unit, procedure, accountable, scored_unit, source, software,
       life, wording
FROM flags_with_incident
WHERE state = 'raised' AND begun_on IS NULL;

CREATE VIEW incident_counts AS
SELECT class, accountable, scope, source, software,
       count(*) AS incidents,
       count(*) FILTER (WHERE ended_at IS NULL) AS open,
       sum(members)::bigint AS members,
       sum(members_open)::bigint AS members_open
FROM incidents
GROUP BY class, accountable, scope, source, software;

GRANT SELECT, INSERT ON source_software TO hoso_sink;
GRANT SELECT ON source_software, software_runs, flags_with_incident, incident_members, incidents, incident_counts,
    flags_to_alert TO hoso_reader;
GRANT SELECT ON incident_counts TO hoso_grafana;
