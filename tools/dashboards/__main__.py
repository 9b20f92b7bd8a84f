"""`python -m tools.dashboards FOLDER`: pictures of what the dashboards show of a simulated district."""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tools.dashboards.boards import BOARDS
from tools.dashboards.drawn import PIXELS, page
from tools.dashboards.render import LANGUAGES
from tools.dashboards.world import LAST_TICK, World, played_world
from tools.deployment import create_database
from tools.stack import start_stack

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
DRAW_SECONDS_MAX = 120
FIGURES_SECONDS_MAX = 60.0
EPILOG = """examples:
  python -m tools.dashboards docs/pictures                          every dashboard, in Vietnamese
  python -m tools.dashboards docs/pictures --language en overview   one, in English

Needs Chromium (apt-get install chromium); Kafka, PostgreSQL and Prometheus are started and ended by it.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tools.dashboards",
        description="Plays a simulated district through real services, asks what the dashboards ask, and draws it.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, help="where the PNG files go")
    parser.add_argument("boards", nargs="*", help=f"of {', '.join(BOARDS)}; without any, all")
    parser.add_argument("--language", choices=LANGUAGES, default="vi")
    options = parser.parse_args(arguments)
    if unknown := set(options.boards) - BOARDS.keys():
        parser.error(f"no dashboard is called {', '.join(sorted(unknown))}: there are {', '.join(BOARDS)}")
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        parser.error(f"none of {', '.join(BROWSERS)} is installed: apt-get install chromium")
    options.folder.mkdir(parents=True, exist_ok=True)
    begun = time.time()
    with tempfile.TemporaryDirectory(prefix="hoso-pictures-") as name, start_stack() as stack:
        folder = Path(name)
        database = create_database(stack.endpoints.postgres, "pictures")
        with played_world(stack.endpoints, "pictures.", database, folder) as world:
            _wait(world)
            for board in options.boards or BOARDS:
                text, height = page(world, board, options.language, time.time() - begun)
                target = options.folder / f"dashboard-{board}-{options.language}.png"
                _draw(browser, text, height, folder, target)
                print(f"drew {target}, {target.stat().st_size // 1024} KiB")
    return 0


def _wait(world: World) -> None:
    """Until the sink has read its figures as of the last tick, and Prometheus has them."""
    deadline = time.monotonic() + FIGURES_SECONDS_MAX
    wanted = f"hoso_figures_as_of_timestamp_seconds == {LAST_TICK.timestamp():.0f}"
    while not world.monitoring.query(wanted):
        if time.monotonic() > deadline:
            raise TimeoutError(f"Prometheus has no figures of {LAST_TICK} within {FIGURES_SECONDS_MAX:.0f} s")
        time.sleep(0.2)


def _draw(browser: str, text: str, height: int, folder: Path, target: Path) -> None:
    source = folder / "page.html"
    source.write_text(text)
    command = (
        browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage",
        f"--user-data-dir={folder / 'browser'}", f"--window-size={PIXELS},{height}",
        f"--screenshot={target.absolute()}", source.as_uri(),
    )  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=DRAW_SECONDS_MAX)
    if done.returncode or not target.exists():
        raise RuntimeError(f"{browser} drew nothing ({done.returncode}): {done.stderr[-2000:]}")


if __name__ == "__main__":
    sys.exit(main())
