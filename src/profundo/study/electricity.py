"""What a kWh emits: grams of CO2e, by country.

The country is the one asked for, or PROFUNDO_COUNTRY, or the one of the computer's time zone; where none of them tells, the
world's average holds.
"""

import json
import os
import zoneinfo
from contextlib import suppress
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from profundo.core import UserError
from profundo.messages import _

WORLD = 475.0
"""Grams of CO2e a kWh: IEA, Global Energy and CO2 Status Report 2019."""


class Grid(NamedTuple):
    """Where the electricity comes from."""

    country: str
    """ISO 3166 with three letters, or "world"."""
    grams: float
    """CO2e a kWh."""
    source: str


def grid(country: str | None = None) -> Grid:
    """The electricity of a country ("ES", "ESP" or "Spain"), or of the one where this computer seems to be, or of the world.

    Raises UserError for a country that does not exist.
    """
    asked, zone = country or os.environ.get("PROFUNDO_COUNTRY"), _zone()
    code = _code(asked or _country_of(zone))
    if asked and code is None:
        raise UserError(
            _("There is no country {name!r}; set PROFUNDO_COUNTRY to a code such as ES, or leave it out.").format(name=asked)
        )
    with suppress(OSError, ValueError, KeyError):  # KeyError: a country without a figure
        mix = json.loads((tables() / "private_infra/global_energy_mix.json").read_text(encoding="utf-8"))[code]
        where = f"{mix['country_name']} {mix['year']}, " + ("as asked" if asked else f"by the time zone {zone}")
        return Grid(mix["iso_code"], float(mix["carbon_intensity"]), f"{where} (codecarbon {version('codecarbon')})")
    return Grid("world", WORLD, "world average (IEA 2019), " + (f"no figure for {code}" if code else "country unknown"))


def _code(name: str) -> str | None:
    """The three letters of ISO 3166."""
    import pycountry

    with suppress(LookupError):
        return pycountry.countries.lookup(name).alpha_3
    return None


def _zone() -> str:
    """Such as Europe/Madrid."""
    return os.environ.get("TZ") or str(Path("/etc/localtime").resolve()).partition("zoneinfo/")[2]


def _country_of(zone: str) -> str:
    """The two letters of the country whose time zone this is; "" for UTC and the like."""
    for folder in zoneinfo.TZPATH:
        with suppress(OSError):
            for line in (Path(folder) / "zone.tab").read_text(encoding="utf-8").splitlines():
                if not line.startswith("#") and line.split("\t")[2] == zone:
                    return line[:2]
    return ""


def tables() -> Path:
    """codecarbon's data; importing codecarbon itself would take longer than a short run may cost."""
    spec = find_spec("codecarbon")
    if spec is None or not spec.submodule_search_locations:
        raise OSError("codecarbon is not installed")
    return Path(spec.submodule_search_locations[0]) / "data"
