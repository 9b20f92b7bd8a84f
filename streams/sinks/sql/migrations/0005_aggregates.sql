-- depends: 0004_codes
--
-- Counts for dashboards. A view runs with the rights of its owner, so hoso_grafana sees these numbers and no case.

CREATE VIEW unit_counts AS
SELECT unit,
       procedure,
       count(*) AS cases,
       count(*) FILTER (WHERE ended_at IS NULL) AS open,
       count(*) FILTER (WHERE ended_at IS NOT NULL) AS ended,
       count(*) FILTER (WHERE 'overdue' = ANY (flags)) AS overdue,
       count(*) FILTER (WHERE 'at_risk' = ANY (flags)) AS at_risk,
       count(*) FILTER (WHERE 'falsely_pending' = ANY (flags)) AS falsely_pending
FROM cases
GROUP BY unit, procedure;

CREATE VIEW verdict_counts AS
SELECT unit, procedure, verdict, count(*) AS cases
FROM cases
GROUP BY unit, procedure, verdict;

CREATE VIEW flag_counts AS
SELECT class, accountable, scored_unit, procedure, count(*) AS flags, min(since_at) AS oldest_since_at
FROM flags
WHERE state = 'raised'
GROUP BY class, accountable, scored_unit, procedure;

GRANT SELECT ON unit_counts, verdict_counts, flag_counts TO hoso_grafana, hoso_reader;
