"""Where errors come from: bias, variance, mismatch."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from profundo.messages import _
from profundo.run import Run, writing
from profundo.study.bias_variance import SMALL, Rates, told_rates
from profundo.study.bias_variance import rates as _rates
from profundo.verbs.single import RUNS, load


def bias(
    run: Run | str | Path | None = None,
    *,
    train: float | None = None,
    dev: float | None = None,
    train_dev: float | None = None,
    test: float | None = None,
    optimal: float = 0.0,
    small: float = SMALL,
) -> dict[str, Any]:
    """Ng's reading of a run's error rates, or of rates from anywhere (train and dev at least, as shares).

    optimal: the error of people, or of the best possible. small: a part up to so much is small. Returns the rates, the parts
    between them, "high" (the parts worth working on, the largest first), "doubtful" (large, and maybe chance), "sentences",
    "examples" and "lines" (a table).
    Raises UserError for rates that are none, and for runs that sort nothing into classes. Test is never opened here.
    """
    from profundo.core import UserError

    given = [
        name for name, rate in (("train", train), ("train-dev", train_dev), ("dev", dev), ("test", test)) if rate is not None
    ]
    try:
        if run is not None and given:
            raise UserError(
                _("A run has error rates of its own; leave out --{name}, or leave out the run.").format(name=given[0])
            )
        if run is not None:
            made = load(run)
            found = _rates(made.recipe, made, optimal, small)
        elif train is None or dev is None:
            raise UserError(_("Give a run, or the error rates: --train 0.01 --dev 0.11."))
        else:
            found = Rates(train, dev, optimal, train_dev, test, small)
    except ValueError:
        raise UserError(_("Error rates are shares from 0 to 1, such as 0.05 for 5 %.")) from None
    return asdict(found) | {
        "parts": found.parts,
        "high": found.high,
        "doubtful": found.doubtful,
        "sentences": found.sentences,
        "lines": told_rates(found),
    }


def decomposition(folder: str | Path = RUNS, seed: int = 0) -> dict[str, Any]:
    """Bias^2, variance and noise of polynomials of growing degree, measured by learning them 2,000 times each (Geman 1992).

    Returns {"rows", "lines" (a table), "figure": its file in the folder}.
    """
    from profundo.study.decomposition import Experiment, figure, table, told_table

    experiment, degrees = Experiment(seed=seed), range(13)
    rows = table(experiment, degrees)
    picture = Path(folder) / "bias-variance.svg"
    with writing(picture.parent):
        picture.write_text(figure(experiment, degrees).svg(), encoding="utf-8")
    return {"rows": rows, "lines": told_table(rows), "figure": str(picture)}
