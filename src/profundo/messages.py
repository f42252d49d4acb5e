"""What people read, in their language: gettext with the system's language, or the one they ask for.

    from profundo.messages import _
    raise UserError(_("There is no folder {path}.").format(path=path))

English is written in the code; Spanish lives in locale/es/LC_MESSAGES/profundo.po, and CONTRIBUTING says how to update it.
"""

import gettext
import locale
import os
from pathlib import Path

LOCALES = Path(__file__).parent / "locale"
_catalogue: gettext.NullTranslations | None = None


class UserError(Exception):
    """One sentence for the person at the keyboard: what is wrong, where, and how to mend it. Exit code 2."""


def speak(language: str | None = None) -> None:
    """Choose the language of messages: "es", "en", or None for the system's."""
    global _catalogue
    if language:
        os.environ["LANGUAGE"] = language  # argparse and processes that this one starts speak it too
    gettext.bindtextdomain("profundo", str(LOCALES))
    gettext.textdomain("profundo")
    _catalogue = gettext.translation("profundo", LOCALES, languages=_system_languages(), fallback=True)


def _system_languages() -> list[str]:
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(variable):
            return os.environ[variable].split(":")
    return [locale.getlocale()[0] or "en"]


def _(message: str) -> str:
    """The message in the person's language."""
    if _catalogue is None:
        speak()
    assert _catalogue is not None
    return _catalogue.gettext(message)
