-- fetch_filed --
-- All published figures, in the order in which they are kept.
SELECT unit, period, first_on, last_on, figure, published_on, source
FROM filed_reports
ORDER BY unit COLLATE "C", first_on, last_on, published_on;

-- insert_filed --
-- A published figure; one that is known stays as it is.
INSERT INTO filed_reports (unit, period, first_on, last_on, figure, published_on, source)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT DO NOTHING;
