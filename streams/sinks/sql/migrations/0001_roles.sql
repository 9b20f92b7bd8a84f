-- Three roles, each with the least it needs:
--   hoso_sink     writes what the sink writes
--   hoso_reader   reads everything but the dossier codes
--   hoso_grafana  reads aggregate views only
--
-- Roles belong to the whole server and several databases may share it, so a role that is there is left as it is: whoever
-- set the server up may have given it a login and a password (deploy/postgres). Here they are made without a login.
-- Two databases may be migrated at the same moment: whoever comes second meets one of the two violations below.

DO $$
BEGIN
    IF to_regrole('hoso_sink') IS NULL THEN CREATE ROLE hoso_sink NOLOGIN; END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;

DO $$
BEGIN
    IF to_regrole('hoso_reader') IS NULL THEN CREATE ROLE hoso_reader NOLOGIN; END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;

DO $$
BEGIN
    IF to_regrole('hoso_grafana') IS NULL THEN CREATE ROLE hoso_grafana NOLOGIN; END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;

-- The sink stages each chunk in temporary tables; a hardened server has taken this right from everybody.
DO $$
BEGIN
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO hoso_sink', current_database());
END
$$;

-- Before PostgreSQL 15 everybody could create tables here; on a hardened server nobody may even look.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO hoso_sink, hoso_reader, hoso_grafana;

-- The sink starts only on a database that has every migration it knows.
GRANT SELECT ON schema_migrations TO hoso_sink, hoso_reader;
