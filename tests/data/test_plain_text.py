"""Text in any encoding keeps its accents; what is no text is refused."""

import gzip

import pytest

from profundo.core import UserError
from profundo.data.plain_text import LONGEST, lines, read, texts
from profundo.data.vocabulary import PAD, UNKNOWN, Vocabulary

SAID = "¿Qué añoras, corazón?\n¡Nada!\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "latin-1"])
def test_accents_survive(tmp_path, encoding):
    (tmp_path / "a.txt").write_bytes(SAID.replace("\n", "\r\n").encode(encoding))
    assert read(tmp_path / "a.txt") == SAID


def test_packed_text(tmp_path):
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(SAID.encode()))
    assert lines(tmp_path / "a.txt.gz") == ["¿Qué añoras, corazón?", "¡Nada!"]


@pytest.mark.parametrize(("content", "said"), [(b"", "is empty"), (b" \n\n", "is empty"), (b"a\0b\xff", "is no text")])
def test_what_is_no_text_is_refused(tmp_path, content, said):
    (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(UserError, match=said):
        read(tmp_path / "a.txt")


def test_a_line_of_ten_megabytes_is_no_sentence(tmp_path):
    (tmp_path / "a.txt").write_text("short\n" + "x" * 10_000_000)
    with pytest.raises(UserError, match=f"Line 2 .* 10,000,000 characters.*{LONGEST:,}"):
        lines(tmp_path / "a.txt")


def test_no_file(tmp_path):
    with pytest.raises(UserError, match="There is no file"):
        read(tmp_path / "none.txt")


def test_a_vocabulary_counts_words_and_knows_what_it_does_not_know():
    words = Vocabulary.of([["b", "a", "b"], ["c", "a", "b"]], most=4)
    assert words.tokens == (PAD, UNKNOWN, "b", "a")
    assert words.ids(["a", "zebra"]) == [3, 1]
    assert words.words([2, 3]) == ["b", "a"]
    assert Vocabulary.of([["b", "a", "b"]], least=2).tokens == (PAD, UNKNOWN, "b")
    with pytest.raises(ValueError, match="twice"):
        Vocabulary(("a", "a"))


def test_texts_are_themselves_or_the_lines_of_a_file(tmp_path):
    (tmp_path / "two.txt").write_text("el gato\n\nla gata\n", encoding="utf-8")
    (tmp_path / "bare").write_text("¿qué?\n", encoding="utf-8")
    long = "Don Quijote de la Mancha. " * 400
    given = ["un perro", str(tmp_path / "two.txt"), long, str(tmp_path / "bare"), "", "a\0b", "lea notas.txt"]
    assert texts(given) == ["un perro", "el gato", "la gata", long, "¿qué?", "", "a\0b", "lea notas.txt"]


def test_a_folder_and_a_file_that_is_missing_are_no_texts(tmp_path):
    with pytest.raises(UserError, match="is a folder; give a text, or a file with one a line"):
        texts([str(tmp_path)])
    with pytest.raises(UserError, match=r"There is no file nowhere/lines\.txt"):
        texts(["nowhere/lines.txt"])
