"""Prints the rows of PyTorchWeightTests: SHA-256 of the start weights that PyTorch itself draws.

Not run by the tests. To renew the rows: python3 pytorch_weights.py (PyTorch 1.13; any version of that stream will do).
"""
import hashlib

import torch
from torch import nn

torch.set_num_threads(1)


def mlp(inputs, widths, classes, bias=True, batch_norm=False):
    parts = [nn.Flatten()]
    for width in widths:
        parts.append(nn.Linear(inputs, width, bias=bias))
        if batch_norm:
            parts.append(nn.BatchNorm1d(width))
        parts.append(nn.ReLU())
        inputs = width
    return nn.Sequential(*parts, nn.Linear(inputs, classes, bias=bias))


def cnn(channels, side, classes, bias=True, batch_norm=False):
    parts = []
    for _ in range(2):
        parts.append(nn.Conv2d(channels, 32, 3, padding=1, bias=bias))
        if batch_norm:
            parts.append(nn.BatchNorm2d(32))
        parts += [nn.ReLU(), nn.MaxPool2d(2)]
        channels = 32
    return nn.Sequential(*parts, nn.Flatten(), nn.Linear(32 * (side // 4) ** 2, classes, bias=bias))


NETWORKS = {
    "mlp": lambda: mlp(784, [100, 100], 10),
    "mlp tiny": lambda: mlp(4, [3], 3),
    "mlp no-bias": lambda: mlp(784, [30, 20], 7, bias=False),
    "mlp batch-norm": lambda: mlp(3072, [20, 10], 10, batch_norm=True),
    "cnn": lambda: cnn(3, 32, 10),
    "cnn gray": lambda: cnn(1, 28, 26, bias=False),
    "cnn batch-norm": lambda: cnn(3, 32, 100, batch_norm=True),
}
SCHEMES = {
    "default": None,
    "xavier-normal": nn.init.xavier_normal_,
    "xavier-uniform": nn.init.xavier_uniform_,
    "kaiming-normal": lambda weight: nn.init.kaiming_normal_(weight, nonlinearity="relu"),
    "kaiming-uniform": lambda weight: nn.init.kaiming_uniform_(weight, nonlinearity="relu"),
}

seed = 0
for network, create in NETWORKS.items():
    for scheme, redraw in SCHEMES.items():
        if redraw is not None and network in ("mlp no-bias", "cnn gray", "mlp batch-norm"):
            continue
        for dtype in (torch.float32, torch.float64):
            torch.set_default_dtype(dtype)
            seed += 1
            torch.manual_seed(seed)
            model = create()
            if redraw is not None:
                for module in model.modules():
                    if isinstance(module, (nn.Linear, nn.Conv2d)):
                        redraw(module.weight)
            digest = hashlib.sha256()
            for parameter in model.parameters():
                digest.update(parameter.detach().numpy().tobytes())
            count = sum(parameter.numel() for parameter in model.parameters())
            name = "Float32" if dtype == torch.float32 else "Float64"
            print(f'    [InlineData("{network}", "{scheme}", {seed}, ScalarType.{name}, {count}, "{digest.hexdigest()}")]')
