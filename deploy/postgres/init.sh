#!/bin/sh
# Gives the three roles of the migrations a login and a password. PostgreSQL's image runs it once, on an empty folder.
set -eu

secrets="${HOSO_SECRETS:-/run/secrets}"

for name in owner_password sink_password reader_password grafana_password; do
    case "$(cat "$secrets/$name")" in
        "") echo "secret $name is empty" >&2; exit 1 ;;
        demo-*)
            if [ "${HOSO_DEMO:-false}" != true ]; then
                echo "secret $name is the demo's own, known to all: give another, or set HOSO_DEMO=true" >&2
                exit 1
            fi ;;
    esac
done

# psql reads the passwords itself, so that no command line shows them.
cd "$secrets"
psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
\set sink_password `cat sink_password`
\set reader_password `cat reader_password`
\set grafana_password `cat grafana_password`
CREATE ROLE hoso_sink LOGIN PASSWORD :'sink_password';
CREATE ROLE hoso_reader LOGIN PASSWORD :'reader_password';
CREATE ROLE hoso_grafana LOGIN PASSWORD :'grafana_password';
SQL
