"""The command line as a person meets it: exit codes, one sentence for what is wrong, one JSON object last."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from profundo.cli import fields, main
from profundo.run import Run


def command(capsys, *words):
    """(exit code, stdout, stderr)"""
    code = 0
    try:
        main(words)
    except SystemExit as exit:
        code = exit.code
    out = capsys.readouterr()
    return code, out.out, out.err


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """One quick run, shared."""
    folder = tmp_path_factory.mktemp("runs")
    here = Path.cwd()
    os.chdir(folder)
    main(["train", "mlp", "--quick", "--run", "done"])
    os.chdir(here)
    return folder / "done"


def test_fields_are_taken_out_of_the_words():
    options, rest = fields(["train", "lenet", "--rule.lr", "0.01", "--network.classes=5", "--data.distance", "-4", "--seed", "1"])
    assert options == {"rule.lr": "0.01", "network.classes": "5", "data.distance": "-4"}
    assert rest == ["train", "lenet", "--seed", "1"]


def test_train_says_the_truth_and_ends_with_one_json_object(capsys):
    code, out, err = command(capsys, "train", "softmax_regression", "--quick", "--json", "--seed", "4")
    assert code == 0
    assert "seed 4" in err
    assert "expected time" in err
    result = json.loads(out.splitlines()[-1])
    assert {"run", "test", "claim", "baseline", "seconds", "joules", "co2e_g"} <= set(result)
    assert 0 < result["test"]["error"] < result["baseline"]["error"]
    assert result["joules"] > 0
    assert result["seconds"] > 0
    assert "published  7.49 %" in err
    assert "learning nothing" in err


def test_evaluate_predict_runs_and_report_read_the_run(finished, capsys):
    code, out, _err = command(capsys, "evaluate", str(finished), "--split", "dev", "--json")
    assert code == 0
    assert json.loads(out.splitlines()[-1])["dev"]["error"] < 0.5
    from PIL import Image

    from profundo.data.mnist import read

    x, _y = read("t10k")
    Image.fromarray(x[0, 0].numpy()).save("seven.png")
    code, out, _err = command(capsys, "predict", str(finished), "seven.png", "--json")
    assert next(iter(json.loads(out.splitlines()[-1])[0]["said"])) == "7"
    code, out, _err = command(capsys, "runs", str(finished.parent))
    assert str(finished) in out
    code, out, _err = command(capsys, "report", str(finished))
    assert Path(out.strip()).read_text().startswith("<!")


def test_list_and_show(capsys):
    _code, out, _err = command(capsys, "list")
    assert "lenet" in out
    _code, out, _err = command(capsys, "show", "lenet")
    assert "--rule.optimizer.lr" in out
    assert "0.0095" in out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["train", "lenett"], "There is no recipe 'lenett'; did you mean lenet?"),
        (["train", "lenet", "--rule.epoch", "3"], "did you mean --rule.epochs?"),
        (["train", "lenet", "--rule.epochs", "three"], "a whole number, not 'three'"),
        (["train", "lenet", "--rule.epochs"], "--rule.epochs needs a value"),
        (["train", "lenet", "--epochs", "3"], "did you mean --rule.epochs?"),
        (["train", "lenet", "--sed", "3"], "did you mean --seed?"),
        (["train", "lenet", "--network.channels", "3"], "LeNetConfig expects channels = 3, but MNIST has channels = 1"),
        (["train", "lenet", "--data", "nowhere"], "nowhere"),
        (["train", "lenet", "--device", "tpu"], "--device is auto, cpu, cuda or mps"),
        (["trian", "lenet"], "trian"),
        (["train", "lenet", "--seed", "1e3"], "--seed: a whole number from 0 to 1,099,511,627,776, not 1e3"),
        (["generate", "smollm2", "Hola", "--seed", str(2**41)], "a whole number from 0 to 1,099,511,627,776"),
        (["train", "mlp_scratch", "--seed", "-3"], "a whole number from 0 to 1,099,511,627,776, not -3"),
        (["evaluate", "nowhere"], "There is no run in nowhere"),
        *(
            ([verb, "no run, but a text. " * 20, "?"], "is too long for the name of a run, a folder or a file.")
            for verb in ("tag", "translate", "embed", "fill-mask", "generate", "explain", "predict")
        ),
        (["report", "nowhere"], "There is no run in nowhere"),
        (["predict", "nowhere", "x.png"], "There is no run in nowhere"),
        (["compare", "lenet", "mpl"], "did you mean mlp?"),
        (["verify", "lenet", "--seeds", "many"], "--seeds"),
        (["verify", "lenet", "--seeds", "0"], "--seeds is at least 1, not 0"),
        (["verify", "lenet", "--data", "photos"], "There is no option --data"),
        (["runs", "--rule.lr", "1"], "--rule.lr"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(capsys, words, says):
    code, out, err = command(capsys, *words)
    assert code == 2
    assert says in err
    assert len(err.strip().splitlines()) == 1
    assert out == ""
    assert not Path("runs").exists()


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_where_there_is_none(capsys):
    code, _out, err = command(capsys, "train", "lenet", "--device", "cuda")
    assert code == 2
    assert "This machine has no cuda" in err


def test_a_run_of_another_recipe_is_not_overwritten(finished, capsys):
    before = (finished / "state.pt").read_bytes()
    code, _out, err = command(capsys, "train", "lenet", "--quick", "--run", str(finished))
    assert code == 2
    assert "holds another run" in err
    assert (finished / "state.pt").read_bytes() == before


def test_no_permission(capsys, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.mkdir", refuse)
    code, _out, err = command(capsys, "train", "mlp", "--quick", "--run", "locked/run")
    assert code == 2
    assert "No permission to write in locked/run" in err


def test_spanish(capsys):
    code, _out, err = command(capsys, "train", "lenett", "--lang", "es")
    from profundo.messages import speak

    speak("en")
    assert code == 2
    assert "No hay ninguna receta 'lenett'; ¿quizá lenet?" in err


def test_a_time_budget(capsys):
    began = time.monotonic()
    code, out, _err = command(capsys, "train", "mlp", "--rule.epochs", "1000", "--seconds", "2", "--json")
    assert code == 0
    assert time.monotonic() - began < 20
    assert json.loads(out.splitlines()[-1])["test"]["error"] < 0.5


def test_the_same_command_after_a_kill_goes_on_and_after_the_end_starts_anew():
    words = [sys.executable, "-m", "profundo", "train", "mlp", "--data.limit", "3000", "--rule.epochs", "60"]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    (home,) = _wait_for_checkpoint(Path("runs"))
    process.send_signal(signal.SIGKILL)
    process.wait()
    at = Run(home).load_state()["state"]["step"]
    assert 0 < at < 60 * 22
    subprocess.run(words, check=True, capture_output=True)
    assert [r["resumed"] for r in Run(home).records() if "resumed" in r] == [at]
    assert (home / "result.json").exists()
    subprocess.run([*words, "--seconds", "0.1"], check=True, capture_output=True)
    assert sorted(p.name for p in Path("runs").iterdir()) == [home.name, home.name + "-2"]


def _wait_for_checkpoint(folder):
    for _ in range(600):
        found = [path.parent for path in folder.glob("*/state.pt")]
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("no checkpoint after 30 s")


def test_help_is_quick():
    def seconds() -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "profundo", "--help"], check=True, capture_output=True)
        return time.perf_counter() - began

    assert any(seconds() < 0.3 for _ in range(10))  # a neighbour may hold it up now and then
