"""The PyTorch tutorial's way: a Dataset that makes a PIL image of every digit, torchvision's transforms, a DataLoader."""

from bench import MEAN, STD, Bench, Stopwatch

bench = Bench("tutorial")

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from lenet import lenet, optimizer, schedule  # noqa: E402
from PIL import Image  # noqa: E402
from torch.utils.data import DataLoader, Dataset  # noqa: E402

try:
    from torchvision import transforms
except RuntimeError:  # a torchvision built for CUDA beside a torch without: its operators have to be declared first
    import sys

    for name in [name for name in sys.modules if name.startswith("torchvision")]:
        del sys.modules[name]
    library = torch.library.Library("torchvision", "DEF")
    for operator in ("nms", "qnms"):
        library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    from torchvision import transforms


class Digits(Dataset):
    """As torchvision.datasets.MNIST does it, with the digits that the driver gave."""

    def __init__(self, x, y, transform):
        self.data, self.targets, self.transform = torch.from_numpy(x), torch.from_numpy(y), transform

    def __len__(self):
        return len(self.data)

    def __getitem__(self, index):
        image, target = self.data[index], int(self.targets[index])
        return self.transform(Image.fromarray(image.numpy())), target


torch.manual_seed(bench.seed)
train_x, train_y, dev_x, dev_y = bench.digits()
transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((MEAN / 255,), (STD / 255,))])
train_loader = DataLoader(Digits(train_x, train_y, transform), batch_size=bench.batch, shuffle=True)
dev_loader = DataLoader(Digits(dev_x, dev_y, transform), batch_size=1000)

network = lenet()
adam = optimizer(network, bench, fused=False)
rate = schedule(adam, bench, bench.planned * len(train_loader))

watch = Stopwatch()
for _epoch in range(bench.planned):
    watch.lap()
    network.train()
    for x, y in train_loader:
        adam.zero_grad()
        loss = F.cross_entropy(network(x), y)
        loss.backward()
        adam.step()
        if bench.own:
            rate.step()
    trained = watch.lap()
    network.eval()
    right = 0
    with torch.no_grad():
        for x, y in dev_loader:
            right += (network(x).argmax(1) == y).sum().item()
    if bench.epoch(trained, watch.lap(), right / len(dev_y)):
        break
bench.report("torch", "torchvision", "pillow", "numpy")
