-- depends: 0013_dashboards 0020_filed_reports
--
-- Where the pages of cases are, for whoever looks at a dashboard: bars and columns lead there (`hoso pages`).

-- One row, changed by the owner: UPDATE page_settings SET address = 'https://hoso.example.vn/pages'.
CREATE TABLE page_settings (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    address text NOT NULL DEFAULT 'http://127.0.0.1:9120' CHECK (address ~ '^https?://[^\s?#]*[^\s?#/]$')
);
INSERT INTO page_settings DEFAULT VALUES;
ANALYZE page_settings;

GRANT SELECT ON page_settings TO hoso_grafana, hoso_reader;
