"""Everything but the window works without Qt."""

import pkgutil
import subprocess
import sys

import digitpad

_IMPORT_ALL = """
import importlib, sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"PySide6", "shiboken6", "pyqtgraph"}:
            raise ImportError(f"{name} is blocked")

sys.meta_path.insert(0, Blocked())
for name in sys.argv[1:]:
    importlib.import_module(name)
print(len(sys.argv) - 1)
"""


def _modules() -> list[str]:
    found = [module.name for module in pkgutil.walk_packages(digitpad.__path__, "digitpad.")]
    return [name for name in found if not name.startswith("digitpad.gui") and name != "digitpad.__main__"]


def test_all_modules_but_the_windows_import_without_qt() -> None:
    modules = _modules()
    assert "digitpad.cli" in modules
    result = subprocess.run(
        [sys.executable, "-c", _IMPORT_ALL, *modules], capture_output=True, text=True, check=False, timeout=60
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == str(len(modules))
