"""Two processes see the same curve as one with the same global batch."""

import json
import subprocess
import sys

import pytest

from profundo.run import Run

COMMAND = ["train", "lenet", "--data.limit", "1500", "--rule.epochs", "2", "--device", "cpu", "--json"]


def test_two_processes_equal_one():
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "--", "profundo"]
    two = subprocess.run([*launch, *COMMAND, "--run", "two"], capture_output=True, text=True)
    assert two.returncode == 0, two.stderr
    subprocess.run([sys.executable, "-m", "profundo", *COMMAND, "--run", "one"], capture_output=True, check=True)
    _steps, alone = Run("one").curve("loss")
    _steps, together = Run("two").curve("loss")
    # float32 sums in another order: after 22 updates the curves agree to four digits
    assert together == pytest.approx(alone, rel=2e-3)
    assert Run("two").read("env.json")["processes"] == 2
    assert json.loads(two.stdout.splitlines()[-1])["run"] == "two"
