-- depends: 0003_cases_and_flags
--
-- The encrypted dossier codes: restricted, hoso_reader does not see them. Who may turn a token back into a code is given
-- SELECT here by name, and holds the key besides.

CREATE TABLE codes (
    case_token text PRIMARY KEY,
    sealed bytea NOT NULL
);

-- DELETE because an empty record on hoso.codes erases a code.
GRANT SELECT, INSERT, UPDATE, DELETE ON codes TO hoso_sink;
