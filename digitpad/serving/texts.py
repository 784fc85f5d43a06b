"""The catalogue of the page: every text that it shows, by the name that the HTML files use."""

from digitpad.translation import gettext as _
from digitpad.translation import gettext_noop, language_in_use

_TEXTS = {
    # What is seen before anything is drawn.
    "title": gettext_noop("digitpad: draw a digit"),
    "draw_something": gettext_noop("Draw a digit"),
    "canvas": gettext_noop(
        "Canvas. Draw with a finger, a pen or the mouse. With the keyboard: arrow keys move the pen, Space puts it "
        "down and lifts it, Delete clears the canvas."
    ),
    "undo": gettext_noop("Undo"),
    "clear": gettext_noop("Clear"),
    "needs_script": gettext_noop("This page needs JavaScript. Switch it on in the browser and reload the page."),
    # The connection.
    "connecting": gettext_noop("connecting…"),
    "connected": gettext_noop("connected"),
    "reconnecting": gettext_noop("reconnecting…"),
    "kept": gettext_noop("your drawing is kept"),
    "full": gettext_noop("too many pages are connected; trying again…"),
    "gone": gettext_noop("the address is no longer valid; scan the new code"),
    # The answer.
    "reading": gettext_noop("Reading"),
    "no_digit": gettext_noop("Not a digit"),
    "not_recognized": gettext_noop("Not recognized"),
    "runner_up": gettext_noop("or {label}, {percent}"),
    "each_digit": gettext_noop("read as {count} characters"),
    "bars": gettext_noop("Probability of each class"),
    "bar": gettext_noop("{label}: {percent}"),
    "nearly_all": gettext_noop(">\N{NO-BREAK SPACE}99.9\N{NO-BREAK SPACE}%"),
    "nearly_none": gettext_noop("<\N{NO-BREAK SPACE}0.1\N{NO-BREAK SPACE}%"),
    "percent": gettext_noop("{number}\N{NO-BREAK SPACE}%"),
    "received": gettext_noop("What the network receives"),
    # The person.
    "add_name": gettext_noop("Your name"),
    "about_you": gettext_noop("About you"),
    "name": gettext_noop("Name (optional)"),
    "name_hint": gettext_noop("It appears beside your drawing on the class board."),
    "consent": gettext_noop("Let the class keep my drawings"),
    "consent_hint": gettext_noop("They are used to train a network on this computer. You can change your mind."),
    "done": gettext_noop("Done"),
    # The page of examples.
    "examples_title": gettext_noop("digitpad for programs"),
    "examples_intro": gettext_noop(
        "The server reads drawings and pictures that a program sends. The answer has the fields that "
        "digitpad predict --json prints."
    ),
    "examples_drawing": gettext_noop("A drawing"),
    "examples_picture": gettext_noop("A picture"),
    "examples_answer": gettext_noop("The answer"),
    "examples_errors": gettext_noop("Errors"),
    "examples_error": gettext_noop(
        "Errors have a status of 400 and above, and an object whose error is one sentence: 413 for a body that is too "
        "large, 422 for one that cannot be read, 429 for too many requests at once."
    ),
    "examples_more": gettext_noop("Description for tools:"),
    "examples_page": gettext_noop("Draw on the page"),
    # Without the right code.
    "closed_title": gettext_noop("This address is not complete"),
    "closed": gettext_noop("The code at its end is missing or wrong. Scan the QR code, or copy the whole address."),
}


def page_texts() -> dict[str, str]:
    """Return all texts of the page in the current language, by name, and `language`."""
    return {name: _(text) for name, text in _TEXTS.items()} | {"language": language_in_use().replace("_", "-")}
