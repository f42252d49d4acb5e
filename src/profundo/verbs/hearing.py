"""NETtalk, heard: it babbles first, and reads later."""

from pathlib import Path
from typing import Any

from profundo.messages import _
from profundo.run import Run, writing
from profundo.verbs.single import load

TEXT = "the little child will learn to read another new book aloud"


def hear(run: Run | str | Path, text: str = TEXT) -> dict[str, Any]:
    """What a NETtalk run says of a text before learning, after 200, 1000 and 5000 words, and at the end: phonemes, and a voice.

    Returns {"run", "text", "stages": [{"words", "sounds": a text, "sound": path of a .wav file or None}], "note": how to install
    espeak-ng where it is missing, else ""}. The files lie in the run's folder, under sound/. Raises UserError for a run of
    another network, and a text without words.
    """
    from profundo.study.speech import installed, speak, stages

    trained = load(run)
    heard = []
    for learnt, words in stages(trained.recipe, trained, text):
        path = trained.path / "sound" / f"words-{learnt:06d}.wav"
        if installed():
            with writing(path.parent):
                speak(words, path)
        said = "  ".join(" ".join(word) or "-" for word in words)
        heard.append({"words": learnt, "sounds": said, "sound": str(path) if installed() else None})
    note = _(
        "To hear it, install espeak-ng (Debian and Ubuntu: apt install espeak-ng; macOS: brew install espeak-ng; "
        "Windows: winget install eSpeak-NG.eSpeak-NG) and repeat the command."
    )
    return {"run": str(trained.path), "text": text, "stages": heard, "note": "" if installed() else note}
