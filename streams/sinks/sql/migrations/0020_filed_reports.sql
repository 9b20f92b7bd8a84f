-- depends: 0007_dossiers_and_transfers
--
-- On-time rates that a portal published, in percent, as they were told (hoso import official-score). The unit "all" is
-- the whole; a period is known by its first and last day. Each stays: of several of one period the newest counts.

CREATE TABLE filed_reports (
    unit text NOT NULL,
    period text NOT NULL,
    first_on date NOT NULL,
    last_on date NOT NULL CHECK (last_on >= first_on),
    figure numeric NOT NULL CHECK (figure BETWEEN 0 AND 100),
    published_on date NOT NULL,
    source text NOT NULL,
    PRIMARY KEY (unit, first_on, last_on, published_on)
);

GRANT SELECT, INSERT ON filed_reports TO hoso_sink;
GRANT SELECT ON filed_reports TO hoso_reader, hoso_grafana;
