"""Lightning: its Trainer with everything optional switched off, over a DataLoader that takes whole batches from tensors."""

import logging
import warnings

from bench import MEAN, STD, Bench, Stopwatch

bench = Bench("lightning")

import lightning.pytorch as pl  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from lenet import lenet, optimizer, schedule  # noqa: E402
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, SequentialSampler, TensorDataset  # noqa: E402

logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
warnings.filterwarnings("ignore", ".*num_workers.*")
watch = Stopwatch()


class Classifier(pl.LightningModule):
    def __init__(self, steps: int):
        super().__init__()
        self.network, self.steps = lenet(), steps

    def training_step(self, examples, _index):
        x, y = examples
        return F.cross_entropy(self.network(x), y)

    def validation_step(self, examples, _index):
        x, y = examples
        self.right += (self.network(x).argmax(1) == y).sum()

    def configure_optimizers(self):
        adam = optimizer(self, bench, fused=True)
        if not bench.own:
            return adam
        return [adam], [{"scheduler": schedule(adam, bench, self.steps), "interval": "step"}]

    def on_train_epoch_start(self):
        watch.lap()

    def on_validation_start(self):
        self.trained, self.right = watch.lap(), torch.zeros(())

    def on_validation_end(self):
        if bench.epoch(self.trained, watch.lap(), self.right.item() / len(dev_y)):
            self.trainer.should_stop = True


def loader(x, y, size, sampler):
    """Batches are taken from the tensors at once: the default fetches them example by example."""
    examples = TensorDataset(((torch.from_numpy(x).float() - MEAN) / STD)[:, None], torch.from_numpy(y))
    return DataLoader(examples, sampler=BatchSampler(sampler(examples), size, drop_last=False), batch_size=None)


pl.seed_everything(bench.seed, verbose=False)
train_x, train_y, dev_x, dev_y = bench.digits()
train_loader = loader(train_x, train_y, bench.batch, RandomSampler)
trainer = pl.Trainer(
    max_epochs=bench.planned,
    accelerator="cpu",
    logger=False,
    enable_checkpointing=False,
    enable_progress_bar=False,
    enable_model_summary=False,
    num_sanity_val_steps=0,
)
trainer.fit(Classifier(bench.planned * len(train_loader)), train_loader, loader(dev_x, dev_y, 1000, SequentialSampler))
bench.report("lightning", "torch", "numpy")
