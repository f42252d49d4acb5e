"""Multi30k: captions of 30,000 photographs in English, and their translations into German, French and Czech (task 1, raw)."""

from collections.abc import Sequence

from profundo.core import UserError
from profundo.data.copies import place
from profundo.data.fetch import Archive, Url
from profundo.data.plain_text import lines
from profundo.messages import _

OFFICIAL = "https://github.com/multi30k/dataset/raw/master/data/task1/raw"
CITATION = "Elliott, Frank, Sima'an, Specia (2016), Multi30K: multilingual English-German image descriptions"
LANGUAGES = ("de", "en", "fr", "cs")
TEST = 1000
SHA256 = {
    "train.de": "726e39b2fa9eb9ffb6dc763fb35a179f80fae06ffc5d28b6ace5faa883de28a6",
    "train.en": "d79cfa999dd4c51d2cb42499b6796d5a882c3a8a961923c25a898c90f8bbd56f",
    "train.fr": "622e75069e9f4c577425c4f277116ce66e63a2401c0a2312d90073cb12379a3c",
    "train.cs": "a65adb8b32e3bc664f21ecba7a6e7f6950fd1f405e135f7c312faabdb6255077",
    "val.de": "f0cba2f995189cf5770f29a8a9a537a3ad3f51657ad873405082ff6863a5e75a",
    "val.en": "14f7d25ddd868909a9213e361768460edcacdd6ab9d1e77b92560dc10c10dc28",
    "val.fr": "ca3106f1a72390591d25f6c45cb4cd39dec4cd3f123e099748a3ce5256c160e9",
    "val.cs": "b63226e05c4bd5dd6a42897d74b86a1b9d2c31498252c572b1ea7f7996927fcc",
    "test_2016_flickr.de": "9204244e408ccb38d2a55cfcd344df15005fc42a07a6e55ca6c52b6ababb8cc8",
    "test_2016_flickr.en": "611d361c6334bc7246101d48097c13cf5c4413c5befc793cc629934359d532d9",
    "test_2016_flickr.fr": "6d326e188d259fb1d04ac19eae3af956559b3a0b93d7635e56c90987c40c8b90",
    "test_2016_flickr.cs": "200a4a74cc9560f051924abb9803be008d1908d77f747e9141aeb86dfd2797f1",
}


def read(part: str, languages: Sequence[str], copy: str | None = None) -> list[tuple[str, str]]:
    """The pairs of "train", "val" or "test_2016_flickr".

    copy: a folder with the set; the files are fetched if None.
    Raises UserError where one is missing, or two are not of one length.
    """
    files = [place(_archive(f"{part}.{language}"), copy) for language in languages]
    one, other = (lines(file) for file in files)
    if len(one) != len(other):
        raise UserError(
            _("{path} has {n} lines and {other} has {m}; they are translations of each other, line by line.").format(
                path=files[0], n=len(one), other=files[1], m=len(other)
            )
        )
    return list(zip(one, other, strict=True))


def _archive(name: str) -> Archive:
    return Archive(
        f"multi30k/{name}.gz", SHA256[name], (Url(f"{OFFICIAL}/{name}.gz"),), licence="research use", citation=CITATION
    )
