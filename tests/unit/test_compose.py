"""The compose file says the same as tools/stack, the settings and the migrations. No Docker engine is needed."""

import re
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from streams.settings import Settings
from streams.sinks.migrate import MIGRATIONS
from tools.stack.kafka import DEPLOY
from tools.stack.kafka_jars import kafka_version
from tools.stack.postgres_binaries import find_binaries

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
WORKERS = ("intake", "cases", "sink")
OURS = (*WORKERS, "topics", "migrate", "pages")
# Where a broker stands, which differs from machine to machine; all else is the same everywhere.
OF_PLACE = {"listeners", "advertised.listeners", "controller.quorum.voters", "log.dirs"}

Document = dict[str, Any]


@pytest.fixture(scope="module")
def compose() -> Document:
    return document(COMPOSE)


def document(path: Path) -> Document:
    """With every ${NAME:-default} at its default, as on a machine where nothing is set."""
    text = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", path.read_text())
    loaded: Document = yaml.safe_load(text)
    return loaded


def properties() -> dict[str, str]:
    lines = (DEPLOY / "server.properties").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def settings_of(compose: Document, service: str, folder: Path, **changed: str) -> Settings:
    """The settings that the service's process would load."""
    environment = compose["services"][service]["environment"] | changed
    for secret in compose["services"][service].get("secrets", []):
        source, target = secret["source"], secret["target"]
        (folder / target).write_text((ROOT / compose["secrets"][source]["file"]).read_text())
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, str(value).lower() if isinstance(value, bool) else str(value))
        return Settings(_secrets_dir=folder)  # type: ignore[call-arg]


def test_kafka_has_the_settings_of_the_stack(compose: Document) -> None:
    found = compose["services"]["kafka"]["environment"]

    declared = {f"KAFKA_{name.upper().replace('.', '_')}": (name, value) for name, value in properties().items()}
    assert found.keys() == declared.keys()
    for variable, (name, value) in declared.items():
        assert name in OF_PLACE or found[variable] == value, variable
    assert all("${" not in value or name in OF_PLACE for name, value in properties().items())


def test_kafka_is_the_version_of_the_stack(compose: Document) -> None:
    assert compose["services"]["kafka"]["image"] == f"apache/kafka:{kafka_version()}"


def test_postgresql_is_as_new_as_the_one_that_tests_run_on(compose: Document) -> None:
    told = subprocess.run(
        [find_binaries() / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout
    ours = re.search(r"(\d+)", told)

    assert ours is not None
    assert int(compose["services"]["postgres"]["image"].removeprefix("postgres:")) >= int(ours[1])


@pytest.mark.parametrize("service", OURS)
def test_every_variable_is_a_setting(compose: Document, service: str) -> None:
    environment = compose["services"][service]["environment"]

    known = {f"HOSO_{field.upper()}" for field in Settings.model_fields} | {"HOSO_SECRETS"}
    assert environment.keys() <= known


@pytest.mark.parametrize("service", OURS)
def test_each_service_loads_its_settings(compose: Document, service: str, tmp_path: Path) -> None:
    settings = settings_of(compose, service, tmp_path)

    assert settings.kafka == "kafka:9092"
    assert f"BROKER://{settings.kafka}" == compose["services"]["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"]
    assert str(settings.replication) == properties()["default.replication.factor"]
    assert str(settings.min_insync) == properties()["min.insync.replicas"]


def test_all_services_are_one_deployment(compose: Document) -> None:
    environments = [compose["services"][service]["environment"] for service in OURS]

    assert all(environment == environments[0] for environment in environments)


def test_intake_has_its_keys_and_nobody_else_has(compose: Document, tmp_path: Path) -> None:
    settings = settings_of(compose, "intake", tmp_path)

    assert settings.token_key is not None
    assert settings.codes_key is not None
    assert settings.dead_letters_public_key is not None
    holders = {
        service
        for service, body in compose["services"].items()
        for secret in body.get("secrets", [])
        if (secret if isinstance(secret, str) else secret["source"]) in ("token_key", "codes_key")
    }
    assert holders == {"intake"}
    assert not any("private" in secret for secret in compose["secrets"])


def test_the_demos_keys_are_refused_outside_the_demo(compose: Document, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="token_key is the demo's own key"):
        settings_of(compose, "intake", tmp_path, HOSO_DEMO="false")


def test_each_service_connects_to_postgresql_with_a_role_that_is_made_for_it(compose: Document, tmp_path: Path) -> None:
    made = set(re.findall(r"CREATE ROLE (\w+) LOGIN", (ROOT / "deploy/postgres/init.sh").read_text()))
    migrated = set(re.findall(r"CREATE ROLE (\w+) NOLOGIN", (MIGRATIONS / "0001_roles.sql").read_text()))
    owner = urlsplit(settings_of(compose, "migrate", tmp_path).database)
    sink = urlsplit(settings_of(compose, "sink", tmp_path).database)

    assert made == migrated
    assert (owner.username, owner.password) == ("hoso", demo("owner_password"))
    assert (sink.username, sink.password) == ("hoso_sink", demo("sink_password"))
    postgres = compose["services"]["postgres"]["environment"]
    reader = urlsplit(settings_of(compose, "pages", tmp_path).database)
    assert (reader.username, reader.password) == ("hoso_reader", demo("reader_password"))
    assert {owner.path, sink.path, reader.path} == {"/" + postgres["POSTGRES_DB"]}
    assert postgres["POSTGRES_USER"] == owner.username


def demo(name: str) -> str:
    return (ROOT / "deploy/secrets/demo" / name).read_text()


def test_secrets_are_there_end_in_no_line_break_and_are_told_to_be_the_demos(compose: Document) -> None:
    for name, secret in compose["secrets"].items():
        value = (ROOT / secret["file"]).read_text()
        assert value == value.strip() != ""
        if name.endswith("_password"):
            assert value.startswith("demo-"), "deploy/postgres/init.sh knows the demo's passwords by this"
    used = {
        secret if isinstance(secret, str) else secret["source"]
        for body in compose["services"].values()
        for secret in body.get("secrets", [])
    }
    assert used == set(compose["secrets"])


def test_prometheus_scrapes_every_worker_where_it_answers(compose: Document) -> None:
    prometheus = document(ROOT / "deploy/prometheus/prometheus.yml")

    [hoso] = [job for job in prometheus["scrape_configs"] if job["job_name"] == "hoso"]
    [files] = hoso["file_sd_configs"]
    [workers] = [path for pattern in files["files"] for path in (ROOT / "deploy/prometheus").glob(pattern)]
    port = compose["services"]["sink"]["environment"]["HOSO_METRICS_PORT"]
    assert [target for group in yaml.safe_load(workers.read_text()) for target in group["targets"]] == [
        f"{worker}:{port}" for worker in WORKERS
    ]
    for worker in WORKERS:
        assert f":{port}/live" in compose["services"][worker]["healthcheck"]["test"][-1]
    [manager] = prometheus["alerting"]["alertmanagers"]
    assert manager["static_configs"][0]["targets"] == ["alertmanager:9093"]


def test_alertmanager_routes_to_a_receiver_that_exists() -> None:
    alertmanager = document(ROOT / "deploy/alertmanager/alertmanager.yml")

    assert alertmanager["route"]["receiver"] in {receiver["name"] for receiver in alertmanager["receivers"]}


def test_grafana_reads_where_the_services_stand(compose: Document) -> None:
    provisioned = document(ROOT / "deploy/grafana/provisioning/datasources/hoso.yml")["datasources"]

    hosts = {
        urlsplit(source["url"] if "//" in source["url"] else f"//{source['url']}").hostname for source in provisioned
    }
    assert hosts <= set(compose["services"])
    [postgres] = [source for source in provisioned if "postgres" in source["type"]]
    assert postgres["user"] == "hoso_grafana"
    assert postgres["jsonData"]["database"] == compose["services"]["postgres"]["environment"]["POSTGRES_DB"]


def test_files_that_services_mount_are_there(compose: Document) -> None:
    mounted = [volume for body in compose["services"].values() for volume in body.get("volumes", [])]

    for volume in mounted:
        source = volume.split(":")[0]
        assert (ROOT / source).exists() if source.startswith("./") else source in compose["volumes"], volume


def test_pages_answer_where_dashboards_lead_to(compose: Document, tmp_path: Path) -> None:
    settings = settings_of(compose, "pages", tmp_path)
    told = re.search(r"DEFAULT '(http\S+)'", (MIGRATIONS / "0021_pages.sql").read_text())

    assert told is not None
    assert told[1] == f"http://127.0.0.1:{settings.pages_port}" == f"http://127.0.0.1:{Settings().pages_port}"
    assert compose["services"]["pages"]["ports"] == [f"127.0.0.1:{settings.pages_port}:{settings.pages_port}"]
    assert f":{settings.pages_port}/live" in compose["services"]["pages"]["healthcheck"]["test"][-1]
    assert Settings().pages_host == "127.0.0.1"
    # By which people and the health check call them.
    assert settings.pages_hosts == Settings().pages_hosts == "127.0.0.1,localhost"


def test_nothing_listens_beyond_this_machine(compose: Document) -> None:
    ports = [port for body in compose["services"].values() for port in body.get("ports", [])]

    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_image_takes_what_the_project_is_made_of() -> None:
    dockerfile = (ROOT / "deploy/Dockerfile").read_text()
    kept = (ROOT / "deploy/Dockerfile.dockerignore").read_text().splitlines()

    copied = [
        source
        for line in dockerfile.splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for source in line.split()[1:-1]
    ]
    assert all((ROOT / source).exists() and f"!{source}" in kept for source in copied)
    assert re.search(r"^USER \d+$", dockerfile, re.MULTILINE)
