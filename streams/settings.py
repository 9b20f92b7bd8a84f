"""Settings of a deployment, from the environment (HOSO_…) and from secret files; nothing else reads either."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.topics import Topic

# Known to everybody who reads this file, therefore refused outside the demo.
DEMO_TOKEN_KEY = "demo-token-key-demo-token-key-32"  # noqa: S105
DEMO_DEAD_LETTERS_PUBLIC_KEY = "8eefffea4f066967cc16180bd39961b2e67fca2c4a2be046b561bc3036b4c712"
DEMO_CODES_KEY = "demo-codes-key-demo-codes-key-32"

_HOST = r"([\w.-]+|[0-9A-Fa-f]*:[0-9A-Fa-f:]*:[0-9A-Fa-f]*)"
HOSTS = rf"^{_HOST}(,{_HOST})*$"

# An empty or short key makes tokens that anybody can compute from a list of dossier codes.
TOKEN_KEY_LENGTH_MIN = 32


class DemoSecretRefused(ValueError):
    def __init__(self, field: str) -> None:
        super().__init__(
            f"{field} is the demo's own key, known to all: set HOSO_{field.upper()} or write the key to a file "
            f"named hoso_{field} in HOSO_SECRETS, or set HOSO_DEMO=true for a demo"
        )


class Settings(BaseSettings):
    """One deployment: a prefix of topics, a clock, a set of rules. Every field is HOSO_<FIELD> in the environment."""

    model_config = SettingsConfigDict(env_prefix="HOSO_", extra="forbid", frozen=True)

    demo: bool = False
    kafka: str = "127.0.0.1:9092"
    prefix: str = "hoso."
    database: str = "postgresql://hoso@127.0.0.1:5432/hoso"
    rules: Path | None = None

    log_partitions: Annotated[int, Field(ge=1, le=256)] = 12
    source_partitions: Annotated[int, Field(ge=1, le=256)] = 4
    replication: Annotated[int, Field(ge=1)] = 3
    min_insync: Annotated[int, Field(ge=1)] = 2

    clock: Literal["wall", "simulated"] = "wall"
    clock_until: AwareDatetime | None = None
    tick_seconds: Annotated[float, Field(gt=0)] = 5.0
    future_tolerance_seconds: Annotated[int, Field(ge=0)] = 300

    instance: Annotated[int, Field(ge=0)] = 0
    session_timeout_seconds: Annotated[int, Field(ge=6)] = 6
    chunk_records_max: Annotated[int, Field(ge=1)] = 4000
    chunk_bytes_max: Annotated[int, Field(ge=1)] = 4 * 1024 * 1024
    commit_interval_seconds: Annotated[float, Field(ge=0, le=5)] = 0.2
    message_bytes_max: Annotated[int, Field(ge=1)] = 1024 * 1024
    metrics_host: str = "127.0.0.1"
    metrics_port: Annotated[int, Field(ge=0, le=65535)] = 0
    pages_host: str = "127.0.0.1"
    pages_port: Annotated[int, Field(ge=0, le=65535)] = 9120
    # Names and addresses without ports, separated by commas; that of pages_host is one of them anyway.
    pages_hosts: Annotated[str, Field(pattern=HOSTS)] = "127.0.0.1,localhost"

    token_key: Annotated[SecretStr, Field(min_length=TOKEN_KEY_LENGTH_MIN)] | None = None
    codes_key: SecretStr | None = None
    # Hex of a Curve25519 public key; the private one stays with whoever may read dead letters.
    dead_letters_public_key: str | None = None

    @model_validator(mode="after")
    def _refuse_demo_secrets(self) -> "Settings":
        for field, known in (("token_key", DEMO_TOKEN_KEY), ("codes_key", DEMO_CODES_KEY)):
            secret = getattr(self, field)
            if not self.demo and secret is not None and secret.get_secret_value() == known:
                raise DemoSecretRefused(field)
        if not self.demo and self.dead_letters_public_key == DEMO_DEAD_LETTERS_PUBLIC_KEY:
            raise DemoSecretRefused("dead_letters_public_key")
        return self

    def topic(self, topic: Topic | str) -> str:
        """The full name of a topic in this deployment."""
        return self.prefix + (topic if isinstance(topic, str) else topic.name)

    def partitions_of(self, topic: Topic) -> int:
        return {"source": self.source_partitions, "log": self.log_partitions, "one": 1}[topic.partitions]


def load_settings(**given: int | str) -> Settings:
    """Settings from the environment; secrets also from files hoso_<field> in the folder HOSO_SECRETS. What is `given`
    goes before both."""
    import os  # noqa: PLC0415  (the one place that looks at the environment by itself)

    return Settings(_secrets_dir=os.environ.get("HOSO_SECRETS"), **given)  # type: ignore[call-arg, arg-type]
