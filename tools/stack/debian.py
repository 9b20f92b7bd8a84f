"""Programs out of Debian packages: downloaded and unpacked once into the cache, without being installed."""

import shutil
import subprocess
from pathlib import Path

from tools.stack.cache import fetched, place
from tools.stack.errors import StackError, last_words
from tools.stack.process import run_once

FETCH_SECONDS_MAX = 600
_INSTALLED = "/usr/share/prometheus/alertmanager"
# A package may name its program otherwise than its makers do.
PACKAGE_OF = {
    "prometheus": "prometheus",
    "promtool": "prometheus",
    "prometheus-alertmanager": "prometheus-alertmanager",
    "amtool": "prometheus-alertmanager",
}


def program(name: str) -> Path:
    """A program of PACKAGE_OF, from the PATH or out of its package; raises StackError where neither can be had."""
    if found := shutil.which(name):
        return Path(found)
    return unpacked(PACKAGE_OF[name]) / "usr" / "bin" / name


def is_at_hand(name: str) -> bool:
    """Whether a program of PACKAGE_OF can be had without fetching anything."""
    return shutil.which(name) is not None or place(_name(PACKAGE_OF[name])).exists()


def unpacked(package: str) -> Path:
    """The folder into which a package is unpacked."""
    return fetched(_name(package), f"the Debian package {package}", lambda folder: _fetch(package, folder))


def alertmanager(folder: Path) -> Path:
    """Alertmanager, to be run in a folder. Debian's build opens its templates by an absolute path, where only an
    installation puts them: unpacked, it is given a path as long, from the folder it runs in."""
    found = program("prometheus-alertmanager")
    files = found.parents[1] / "share" / "prometheus" / "alertmanager"
    if Path(_INSTALLED).exists() or not files.is_dir():
        return found
    here = "alertmanager-files"
    copy = folder / "alertmanager"
    content = found.read_bytes()
    moved = content.replace(_INSTALLED.encode(), f"{'./' * ((len(_INSTALLED) - len(here)) // 2)}{here}".encode())
    assert len(moved) == len(content), "a path of another length would move everything behind it"
    copy.write_bytes(moved)
    copy.chmod(0o755)
    (folder / here).unlink(missing_ok=True)
    (folder / here).symlink_to(files)
    return copy


def _fetch(package: str, folder: Path) -> None:
    for command in ("apt-get", "dpkg"):
        if shutil.which(command) is None:
            raise StackError(f"there is no {package} on the PATH, and no {command} to fetch it with: install {package}")
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    (partial / "download").mkdir(parents=True)
    if not _download(package, partial / "download"):
        # The lists of packages are missing, or older than what the mirror has.
        run_once(["apt-get", "update"], FETCH_SECONDS_MAX, "apt-get could not update its lists; run it as root")
        if not _download(package, partial / "download"):
            raise StackError(f"apt-get could not download {package}; check its mirror, or install {package}")
    (archive,) = (partial / "download").glob("*.deb")
    run_once(["dpkg", "-x", str(archive), str(partial / "tree")], FETCH_SECONDS_MAX, f"dpkg could not unpack {archive}")
    for name in (name for name, of in PACKAGE_OF.items() if of == package):
        _check(partial / "tree" / "usr" / "bin" / name, package)
    (partial / "tree").rename(folder)
    shutil.rmtree(partial)


def _download(package: str, folder: Path) -> bool:
    done = subprocess.run(
        ["apt-get", "download", package], cwd=folder, capture_output=True, check=False, timeout=FETCH_SECONDS_MAX
    )
    return done.returncode == 0


def _check(path: Path, package: str) -> None:
    """A package that is only unpacked may lack a library that its installation would bring."""
    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        raise StackError(f"{path.name} of {package} does not run; install {package}{last_words(done.stderr)}")


def _name(package: str) -> str:
    return f"debian-{package}"
