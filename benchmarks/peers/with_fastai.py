"""fastai: a Learner over a DataLoader that takes whole batches from tensors; its fit_one_cycle in experiment b."""

from bench import MEAN, STD, Bench, Stopwatch

bench = Bench("fastai")

from functools import partial  # noqa: E402

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from fastai.callback.core import Callback, CancelFitException  # noqa: E402
from fastai.callback.schedule import Learner  # noqa: E402
from fastai.data.core import DataLoaders  # noqa: E402
from fastai.optimizer import Adam, OptimWrapper  # noqa: E402
from fastai.torch_core import set_seed  # noqa: E402
from lenet import lenet  # noqa: E402
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, SequentialSampler, TensorDataset  # noqa: E402


class Note(Callback):
    """Times training and validation apart."""

    watch = Stopwatch()

    def before_train(self):
        self.watch.lap()

    def before_validate(self):
        self.trained, self.right = self.watch.lap(), 0

    def after_pred(self):
        if not self.training:
            self.right += (self.pred.argmax(1) == self.y).sum().item()

    def after_validate(self):
        if bench.epoch(self.trained, self.watch.lap(), self.right / len(dev_y)):
            raise CancelFitException


def loader(x, y, size, sampler):
    """Batches are taken from the tensors at once: the default fetches them example by example."""
    examples = TensorDataset(((torch.from_numpy(x).float() - MEAN) / STD)[:, None], torch.from_numpy(y))
    return DataLoader(examples, sampler=BatchSampler(sampler(examples), size, drop_last=False), batch_size=None)


set_seed(bench.seed)
train_x, train_y, dev_x, dev_y = bench.digits()
data = DataLoaders(loader(train_x, train_y, bench.batch, RandomSampler), loader(dev_x, dev_y, 1000, SequentialSampler))
torch_adam = partial(OptimWrapper, opt=torch.optim.Adam, fused=True)
learner = Learner(data, lenet(), loss_func=F.cross_entropy, opt_func=Adam if bench.own else torch_adam, cbs=Note())
with learner.no_bar(), learner.no_logging():
    if bench.own:
        learner.fit_one_cycle(bench.planned, bench.lr, div=10, pct_start=0.1, wd=0.2)
    else:
        learner.fit(bench.planned, bench.lr)
bench.report("fastai", "torch", "numpy")
