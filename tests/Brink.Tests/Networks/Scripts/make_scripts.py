"""Writes the TorchScript files of NetworkFileTests beside itself. Not run by the tests: /usr/bin/python3 make_scripts.py."""
import os

import torch
from torch import nn

FOLDER = os.path.dirname(os.path.abspath(__file__))


class Residual(nn.Module):
    """Control flow, a tied layer and a buffer: what no chain of layers has."""

    def __init__(self):
        super().__init__()
        self.inside = nn.Linear(16, 6)
        self.shared = nn.Linear(6, 6)
        self.outside = nn.Linear(6, 3)
        self.outside.bias = nn.Parameter(torch.zeros(3))
        self.register_buffer("scale", torch.tensor(0.5))

    def forward(self, x):
        x = torch.tanh(self.inside(x.flatten(1)))
        for _ in range(3):
            x = x + self.scale * torch.sigmoid(self.shared(x)) * x
        if x.size(0) > 1000:
            x = 2 * x
        return self.outside(x)


class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(16, 3)

    def forward(self, x):
        y = self.layer(x.flatten(1))
        return y, y


class Whole(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(16, 3)

    def forward(self, x):
        return self.layer(x.flatten(1)).argmax(1, keepdim=True).to(x.dtype).expand(-1, 3)


def save(name, model, traced=False):
    script = torch.jit.trace(model, torch.zeros(2, 1, 4, 4)) if traced else torch.jit.script(model)
    script.save(os.path.join(FOLDER, name + ".pt"))


def convolutional():
    return nn.Sequential(
        nn.Conv2d(1, 3, 3, padding=1), nn.ELU(), nn.MaxPool2d(2), nn.Conv2d(3, 4, 1), nn.Tanh(), nn.Flatten(), nn.Linear(16, 3))


def normalised():
    return nn.Sequential(nn.Flatten(), nn.Linear(16, 5), nn.BatchNorm1d(5), nn.Softplus(), nn.Linear(5, 3))


torch.manual_seed(1)
save("convolutional", convolutional())
save("traced", convolutional(), traced=True)
save("residual", Residual())
save("normalised", normalised())
save("normalised-eval", normalised().eval())
save("dropout", nn.Sequential(nn.Flatten(), nn.Linear(16, 3), nn.Dropout(0.5)))
frozen = convolutional()
frozen[3].weight.requires_grad = False
save("frozen", frozen)
save("pair", Pair())
save("whole", Whole())
tied = nn.Sequential(nn.Flatten(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 3))
tied[3].weight = tied[1].weight
save("tied", tied)
