-- depends: 0008_software_of_sources
--
-- What the sink counts for /metrics: who is really overdue, what only looks open, which incidents there are, what is due
-- today, how many more may be late, which complaints are repeated (streams/sinks/gauges.py, sql/queries/gauges.sql).

-- By what these are measured: one row, changed by the owner. Not verified: an office has to confirm them.
CREATE TABLE gauge_settings (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    -- The share of a month's cases that is to be in time.
    on_time_target numeric NOT NULL DEFAULT 0.95 CHECK (on_time_target > 0 AND on_time_target <= 1),
    -- So many complaints about one unit for one reason within so many days are repeated.
    complaint_days integer NOT NULL DEFAULT 7 CHECK (complaint_days >= 1),
    complaints_min integer NOT NULL DEFAULT 2 CHECK (complaints_min >= 1)
);
INSERT INTO gauge_settings DEFAULT VALUES;
ANALYZE gauge_settings;

CREATE INDEX cases_due ON cases (due_computed_at);
CREATE INDEX entries_of_rules ON entries (log_offset) WHERE type = 'rules.activated' AND log_partition = 0;
CREATE INDEX entries_of_complaints ON entries (at) WHERE type = 'complaint.filed';

GRANT SELECT ON gauge_settings TO hoso_sink, hoso_reader;
GRANT SELECT ON view_settings, flags_with_incident TO hoso_sink;
