"""Set-up behind `make`: .venv with everything of requirements.lock and this package, editable.

Standard library only, and written so that Python 3.6 can still read it: an old interpreter must
get as far as the sentence that says it is too old. A stamp in .venv makes a second run instant;
it changes with requirements.lock, pyproject.toml and the folder itself.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

MINIMUM = (3, 11)
STAMP = ".orbitlab-stamp"


class SetupError(Exception):
    """Set-up cannot go on; the message is one sentence, `exit_code` is 1 or 2."""

    def __init__(self, sentence: str, exit_code: int = 1) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


def set_up(root: Path) -> None:
    """Make `root`/.venv ready; do nothing when its stamp is current and it still works."""
    environment = root / ".venv"
    stamp = environment / STAMP
    wanted = digest_of(root)
    if stamp.is_file() and stamp.read_text() == wanted and works(environment, "import orbitlab"):
        return
    require_python()
    require_writable(root)
    if stamp.is_file():
        # From here until the end .venv is unfinished; the next run must not take it for ready.
        stamp.unlink()
    if not works(environment, "import pip"):
        make_environment(environment)
    install(root, environment)
    unfinished = stamp.with_suffix(".new")
    unfinished.write_text(wanted)
    unfinished.replace(stamp)
    say("ready")


def require_python() -> None:
    """Raise SetupError when this interpreter is too old or cannot make virtual environments."""
    found = "{}.{}.{}".format(*sys.version_info[:3])
    if sys.version_info[:2] < MINIMUM:
        needed = "{}.{}".format(*MINIMUM)
        raise SetupError(
            f"Orbitlab needs Python {needed} or newer, and {sys.executable} is Python {found}; "
            "install a newer one or name it: make PYTHON=/path/to/python3 lab.",
            exit_code=2,
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError as error:
        raise SetupError(
            f"{sys.executable} (Python {found}) cannot make a virtual environment because its "
            f"module {error.name} is missing; install it (Debian and Ubuntu: apt install "
            "python3-venv) or name another Python: make PYTHON=/path/to/python3 lab."
        ) from error


def require_writable(root: Path) -> None:
    """Raise SetupError unless a file can be made in `root` (asking the mode bits is not enough)."""
    try:
        with tempfile.TemporaryFile(dir=str(root)):
            pass
    except OSError as error:
        raise SetupError(
            f"Cannot write to {root} ({error.strerror}); give yourself write permission there or "
            "clone Orbitlab into a folder of your own."
        ) from error


def digest_of(root: Path) -> str:
    """Return what the stamp must say: a hash of both requirement files and of the place."""
    digest = hashlib.sha256(str(root).encode())
    for name in ("requirements.lock", "pyproject.toml"):
        try:
            digest.update((root / name).read_bytes())
        except OSError as error:
            raise SetupError(
                f"Cannot read {root / name} ({error.strerror}); restore it from git and run make "
                "again."
            ) from error
    return digest.hexdigest() + "\n"


def python_of(environment: Path) -> Path:
    """Return the interpreter of a virtual environment."""
    if os.name == "nt":
        return environment / "Scripts" / "python.exe"
    return environment / "bin" / "python"


def works(environment: Path, statement: str) -> bool:
    """Say whether `environment` is in its place, new enough, and can run `statement`."""
    interpreter = python_of(environment)
    if not interpreter.exists():
        return False
    probe = (
        f"import sys; from pathlib import Path; {statement}; "
        f"sys.exit(sys.version_info[:2] < {MINIMUM} "
        f"or Path(sys.prefix) != Path({str(environment)!r}))"
    )
    ended = subprocess.run(
        [str(interpreter), "-c", probe],
        cwd=str(environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return ended.returncode == 0


def make_environment(environment: Path) -> None:
    """Make an empty virtual environment with pip; leave nothing behind when that fails."""
    import venv

    say("making {} with Python {}.{}.{}".format(environment, *sys.version_info[:3]))
    try:
        venv.EnvBuilder(clear=True, with_pip=True, symlinks=os.name != "nt").create(
            str(environment)
        )
    except (OSError, subprocess.CalledProcessError) as error:
        if environment.is_dir():
            shutil.rmtree(str(environment), ignore_errors=True)
        raise SetupError(
            f"{sys.executable} could not make {environment} ({error}); remove what stands in its "
            "way or name another Python: make PYTHON=/path/to/python3 lab."
        ) from error


def install(root: Path, environment: Path) -> None:
    """Install the lock and this package, with uv where it works and with pip where it does not."""
    interpreter = str(python_of(environment))
    pip = [interpreter, "-m", "pip", "--disable-pip-version-check", "--no-input"]
    say("installing requirements.lock (about a minute the first time)")
    if succeeds(root, [*pip, "install", "--quiet", "uv"]):
        uv = [interpreter, "-m", "uv", "--quiet", "pip"]
        if install_with(root, uv, ["--python", interpreter]):
            return
    say("uv could not do it; going on with pip, which takes longer")
    if not install_with(root, pip, []):
        raise SetupError(
            "Installing requirements.lock failed, the lines above say why; check the network "
            "(or pip's index settings), then run make again: it goes on where it stopped."
        )


def install_with(root: Path, installer: "list[str]", options: "list[str]") -> bool:
    """Install the lock, then the package by itself; say whether both went well."""
    command = [*installer, "install", *options]
    return succeeds(root, [*command, "-r", "requirements.lock"]) and succeeds(
        root, [*command, "--no-deps", "--editable", "."]
    )


def succeeds(root: Path, command: "list[str]") -> bool:
    """Run `command` in `root`, its messages on stderr, and say whether it exited with 0."""
    try:
        return subprocess.call(command, cwd=str(root), stdout=sys.stderr.fileno()) == 0
    except OSError:
        return False


def say(text: str) -> None:
    """Tell the person what is going on, on stderr."""
    sys.stderr.write(f"Orbitlab: {text}\n")
    sys.stderr.flush()


def main() -> None:
    """Set up the folder that this file lies in."""
    try:
        set_up(Path(__file__).resolve().parent)
    except SetupError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
