"""The message catalogues: up to date, stable, and with the plural forms of the texts."""

import ast
import re
from pathlib import Path

import pytest
import translations
from PySide6.QtCore import QTranslator

_MARKS = ("_", "gettext", "gettext_noop", "ngettext")


@pytest.fixture(scope="module")
def template() -> str:
    return translations.template()


def test_the_committed_catalogues_are_those_of_the_source_code(tmp_path: Path, template: str) -> None:
    again = "run `python packaging/translations.py` and commit what it writes"
    committed = translations.LANGUAGES / translations.ENGLISH
    copy = tmp_path / translations.ENGLISH
    copy.write_bytes(committed.read_bytes())
    assert not translations.write_english(copy), "plural forms are missing"
    assert copy.read_text(encoding="utf-8") == committed.read_text(encoding="utf-8"), again
    assert translations.release(copy).read_bytes() == committed.with_suffix(".qm").read_bytes(), again
    assert template == (translations.LANGUAGES / translations.TEMPLATE).read_text(encoding="utf-8"), again


def test_the_template_holds_texts_and_their_plurals_without_line_numbers(template: str) -> None:
    assert 'msgid "{variable}={chosen}: this language is not available; choose one of {languages}."' in template
    assert "\n#:" not in template


def test_plurals_are_written_so_that_lupdate_finds_them(tmp_path: Path) -> None:
    """A plural is written as `tr("%n image(s)", "", count)`; lupdate misses it in `translate("Context", ...)`."""
    found = translations.window_messages(tmp_path / "template.ts")
    assert [message.source for message in found if "%n" in message.source and not message.plural] == []
    gui = translations.ROOT / "digitpad" / "gui"
    wrong = re.compile(r"""translate\(\s*"[^"]*",\s*"[^"]*%n""")
    assert [path for path in gui.rglob("*.py") if wrong.search(path.read_text(encoding="utf-8"))] == []


def test_no_text_is_marked_inside_an_f_string() -> None:
    """Before Python 3.12, an f-string is one token, so the text would be missing from the template."""
    marked = []
    mark = re.compile(rf"\b({'|'.join(_MARKS)})\(")
    for path in sorted((translations.ROOT / "digitpad").rglob("*.py")):
        code = path.read_text(encoding="utf-8")
        if not mark.search(code):
            continue  # Reading all files takes seconds.
        strings = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.JoinedStr)]
        calls = [node for string in strings for node in ast.walk(string) if isinstance(node, ast.Call)]
        marked += [
            f"{path}:{call.lineno}"
            for call in calls
            if isinstance(call.func, ast.Name) and call.func.id in _MARKS and isinstance(call.args[0], ast.Constant)
        ]
    assert marked == []


@pytest.mark.parametrize(
    ("source", "forms"),
    [
        ("%n image(s)", ("%n image", "%n images")),
        ("%n class(es) in %1 file(s)", ("%n class in %1 file", "%n classes in %1 files")),
        ("%n child", ()),
    ],
)
def test_english_plurals(source: str, forms: tuple[str, ...]) -> None:
    assert translations.english_forms(source) == forms


def test_forms_written_by_hand_stay_and_missing_ones_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gui = tmp_path / "digitpad" / "gui"
    gui.mkdir(parents=True)
    (gui / "shown.py").write_text(
        "class Shown(QObject):\n"
        "    def fill(self, n: int) -> None:\n"
        '        self.tr("%n child", "", n)\n'
        '        self.tr("%n image(s)", "", n)\n'
        '        self.tr("Not a plural.")\n'
    )
    monkeypatch.setattr(translations, "ROOT", tmp_path)
    path = tmp_path / "english.ts"
    assert translations.write_english(path) == ["%n child"]
    messages = [
        message
        if message.translation
        else translations.Message("Shown", "%n child", "", ("%n child", "%n children"), plural=True)
        for message in translations.read_messages(path)
    ]
    translations.write_messages(path, messages, "en")
    written = path.read_text()
    assert translations.write_english(path) == []
    assert path.read_text() == written
    translator = QTranslator()
    assert translator.load(str(translations.release(path)))
    assert translator.translate("Shown", "%n child", "", 1) == "%n child"
    assert translator.translate("Shown", "%n child", "", 3) == "%n children"
    assert translator.translate("Shown", "%n image(s)", "", 3) == "%n images"
    assert not translator.translate("Shown", "Not a plural.")
