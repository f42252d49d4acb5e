import errno
import json

import pytest
import torch

from profundo.core import UserError
from profundo.run import FORMAT, Run


@pytest.fixture
def run(tmp_path):
    return Run(tmp_path / "run")


def test_records_past_the_last_checkpoint_are_superseded_but_stay_in_the_file(run):
    for step in (1, 2, 3):
        run.log(step=step, loss=float(step))
    run.log(resumed=1)
    run.log(step=2, loss=20.0)
    assert run.curve("loss") == ([1, 2], [1.0, 20.0])
    assert len((run.path / "metrics.jsonl").read_text().splitlines()) == 5


def test_a_half_written_line_is_left_out(run):
    run.log(step=1, loss=1.0)
    with (run.path / "metrics.jsonl").open("a") as file:
        file.write('{"step": 2, "lo')
    assert run.curve("loss") == ([1], [1.0])


def test_a_full_disk_leaves_the_last_checkpoint(run, monkeypatch):
    run.save_state({"step": 1})

    def full(state, path):
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(UserError, match=r"disk of .* is full"):
        run.save_state({"step": 2})
    monkeypatch.undo()
    assert run.load_state() == {"step": 1}
    assert [p.name for p in run.path.iterdir()] == ["state.pt"]  # nothing half-written lies about


def test_no_permission_says_where(run, monkeypatch):
    run.write("a.json", {})

    def refuse(*_args, **_kwargs):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    with pytest.raises(UserError, match=r"No permission to write in .*--run"):
        run.write("a.json", {"x": 1})
    assert run.read("a.json") == {}


@pytest.mark.parametrize(("name", "read"), [("state.pt", "load_state"), ("weights.safetensors", "load_weights")])
def test_damaged_tensors_are_named(run, name, read):
    run.save_state({"w": torch.zeros(100)})
    run.save_weights({"w": torch.zeros(100)})
    whole = (run.path / name).read_bytes()
    (run.path / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UserError, match=f"{name} is damaged"):
        getattr(run, read)()


def test_a_pickle_from_a_stranger_is_not_run(run, tmp_path):
    class Bomb:
        def __reduce__(self):
            return (open, (str(tmp_path / "owned"), "w"))

    run.path.mkdir()
    torch.save({"x": Bomb()}, run.path / "state.pt")
    with pytest.raises(UserError, match="damaged"):
        run.load_state()
    assert not (tmp_path / "owned").exists()


def test_damaged_json_and_newer_formats(run):
    run.write("recipe.json", {"format": FORMAT + 1})
    with pytest.raises(UserError, match="newer profundo"):
        Run.existing(run.path)
    (run.path / "recipe.json").write_text("{")
    with pytest.raises(UserError, match="damaged"):
        Run.existing(run.path)
    with pytest.raises(UserError, match="There is no run in"):
        Run.existing(run.path / "nowhere")


def test_json_stays_readable(run):
    run.write("a.json", {"ñ": [1, 2]})
    assert json.loads((run.path / "a.json").read_text()) == {"ñ": [1, 2]}
    assert "ñ" in (run.path / "a.json").read_text()


def test_pictures(run):
    from PIL import Image

    run.save_picture("grey", torch.tensor([[0.0, 1.0]]))
    run.save_picture("colour", torch.ones(3, 2, 2) * 0.5)
    with Image.open(run.path / "samples" / "grey.png") as grey:
        assert [grey.getpixel((x, 0)) for x in (0, 1)] == [0, 255]
    with Image.open(run.path / "samples" / "colour.png") as colour:
        assert colour.getpixel((0, 0)) == (128, 128, 128)
