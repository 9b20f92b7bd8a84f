-- depends: 0006_incidents
--
-- A dossier of several codes is one case: it is judged under one of them, and counted there. And a unit's open cases that
-- another unit took in are counted apart (tồn chuyển giao).

ALTER TABLE cases ADD COLUMN merged_into text, ADD COLUMN inherited_from text;

CREATE OR REPLACE VIEW unit_counts AS
SELECT unit,
       procedure,
       count(*) AS cases,
       count(*) FILTER (WHERE ended_at IS NULL) AS open,
       count(*) FILTER (WHERE ended_at IS NOT NULL) AS ended,
       count(*) FILTER (WHERE 'overdue' = ANY (flags)) AS overdue,
       count(*) FILTER (WHERE 'at_risk' = ANY (flags)) AS at_risk,
       count(*) FILTER (WHERE 'falsely_pending' = ANY (flags)) AS falsely_pending,
       count(*) FILTER (WHERE inherited_from IS NOT NULL) AS inherited
FROM cases
WHERE merged_into IS NULL
GROUP BY unit, procedure;

CREATE OR REPLACE VIEW verdict_counts AS
SELECT unit, procedure, verdict, count(*) AS cases
FROM cases
WHERE merged_into IS NULL
GROUP BY unit, procedure, verdict;
