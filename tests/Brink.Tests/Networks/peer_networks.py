"""Writes peer-networks.json: what PyTorch 1.13, torchvision 0.14 and a plain rewriting of SimpleViT give for the networks.

Not run by the tests. To renew the file: /usr/bin/python3 peer_networks.py (Debian: python3-torch, python3-torchvision).

Two lists. `layouts`: SHA-256 over the lines "name 64x3x7x7" of all parameters, and their number. `computed`, in float64 on
images that PeerNetworkTests forms by the same rule: SHA-256 of the start weights of a seed, the outputs, the mse loss,
and for every parameter the norm of its gradient and of its part of a Hessian-vector product.
"""
import hashlib
import json
import os

import torch
from torch import nn
from torchvision.models import densenet121, resnet34, vgg11, vgg11_bn, wide_resnet50_2
from torchvision.models.resnet import Bottleneck, ResNet
from torchvision.models.vgg import VGG, make_layers

torch.set_num_threads(1)


class NoNorm(nn.Identity):
    """Instead of a normalisation: nothing."""


class Attention(nn.Module):
    def __init__(self, width, heads, head_width):
        super().__init__()
        self.heads, self.head_width = heads, head_width
        self.norm = nn.LayerNorm(width)
        self.to_qkv = nn.Linear(width, 3 * heads * head_width, bias=False)
        self.to_out = nn.Linear(heads * head_width, width, bias=False)

    def forward(self, x):
        samples, tokens, _ = x.shape
        parts = self.to_qkv(self.norm(x)).view(samples, tokens, 3, self.heads, self.head_width)
        q, k, v = parts.permute(2, 0, 3, 1, 4)
        weights = torch.softmax(q @ k.transpose(2, 3) * self.head_width ** -0.5, dim=3)
        return self.to_out((weights @ v).permute(0, 2, 1, 3).flatten(2))


class FeedForward(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.net = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, width))

    def forward(self, x):
        return self.net(x)


class Transformer(nn.Module):
    def __init__(self, width, depth, heads, head_width, hidden):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.layers = nn.ModuleList(
            nn.ModuleList([Attention(width, heads, head_width), FeedForward(width, hidden)]) for _ in range(depth))

    def forward(self, x):
        for attention, feed_forward in self.layers:
            x = attention(x) + x
            x = feed_forward(x) + x
        return self.norm(x)


class Patches(nn.Module):
    def __init__(self, side):
        super().__init__()
        self.side = side

    def forward(self, x):
        n, channels, height, width = x.shape
        rows = [
            x[:, :, i:i + self.side, j:j + self.side].permute(0, 2, 3, 1).reshape(n, -1)
            for i in range(0, height, self.side) for j in range(0, width, self.side)]
        return torch.stack(rows, 1)


class SimpleVit(nn.Module):
    def __init__(self, channels, size, side, classes, width=256, depth=4, heads=8, head_width=64, hidden=512):
        super().__init__()
        patch = side * side * channels
        self.to_patch_embedding = nn.Sequential(Patches(side), nn.LayerNorm(patch), nn.Linear(patch, width), nn.LayerNorm(width))
        omega = 1.0 / (10000 ** (torch.arange(width // 4, dtype=torch.float32) / (width // 4 - 1)))
        count = size // side
        y = torch.arange(count).repeat_interleave(count).float()[:, None] * omega
        x = torch.arange(count).repeat(count).float()[:, None] * omega
        self.positions = torch.cat((x.sin(), x.cos(), y.sin(), y.cos()), 1)
        self.transformer = Transformer(width, depth, heads, head_width, hidden)
        self.linear_head = nn.Linear(width, classes)

    def forward(self, image):
        return self.linear_head(self.transformer(self.to_patch_embedding(image) + self.positions).mean(1))


def unpooled(model):
    """28x28 images are one pixel wide before the last pooling."""
    model.features.transition3.pool = nn.Identity()
    return model


def tiny_vgg():
    model = VGG(make_layers([8, "M", 16, "M"]), init_weights=False)
    torch.manual_seed(SEED)
    model.features = make_layers([8, "M", 16, "M"])
    model.avgpool = nn.AdaptiveAvgPool2d((7, 7))
    model.classifier = nn.Sequential(
        nn.Linear(16 * 49, 24), nn.ReLU(), nn.Dropout(0), nn.Linear(24, 24), nn.ReLU(), nn.Dropout(0), nn.Linear(24, 5))
    for part in model.modules():
        if isinstance(part, nn.Conv2d):
            nn.init.kaiming_normal_(part.weight, mode="fan_out", nonlinearity="relu")
            nn.init.constant_(part.bias, 0)
        elif isinstance(part, nn.Linear):
            nn.init.normal_(part.weight, 0, 0.01)
            nn.init.constant_(part.bias, 0)
    return model


def cohen_fc():
    return nn.Sequential(
        nn.Flatten(), nn.Linear(27, 8), nn.Tanh(), nn.BatchNorm1d(8), nn.Linear(8, 6), nn.Tanh(), nn.BatchNorm1d(6), nn.Linear(6, 4))


def cohen_cnn():
    return nn.Sequential(
        nn.Conv2d(2, 5, 3, padding=1), nn.ELU(), nn.BatchNorm2d(5), nn.AvgPool2d(2),
        nn.Conv2d(5, 6, 3, padding=1), nn.ELU(), nn.BatchNorm2d(6), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(6 * 4, 4))


def deep_linear():
    return nn.Sequential(nn.Flatten(), *(nn.Linear(a, b, bias=False) for a, b in ((27, 7), (7, 6), (6, 5), (5, 4))))


SEED = 3
LAYOUTS = {
    "vgg11 1000": lambda: vgg11(),
    "vgg11 bn 1000": lambda: vgg11_bn(),
    "resnet34 bn 1000": lambda: resnet34(),
    "wide-resnet50-2 bn 1000": lambda: wide_resnet50_2(),
    "densenet121 1000": lambda: densenet121(),
    "vgg11 10": lambda: vgg11(num_classes=10),
    "resnet34 10": lambda: resnet34(num_classes=10, norm_layer=NoNorm),
    "wide-resnet50-2 10": lambda: wide_resnet50_2(num_classes=10, norm_layer=NoNorm),
    "densenet121 10": lambda: densenet121(num_classes=10),
    "vit 10": lambda: SimpleVit(3, 32, 8, 10),
}

# Name: constructor, image shape, classes.
COMPUTED = {
    "vgg tiny": (tiny_vgg, (3, 8, 8), 5),
    "vgg tiny one pixel": (tiny_vgg, (3, 4, 4), 5),
    "resnet34": (lambda: resnet34(num_classes=10, norm_layer=NoNorm), (3, 32, 32), 10),
    "resnet34 bn": (lambda: resnet34(num_classes=10), (3, 32, 32), 10),
    "wide tiny": (lambda: ResNet(Bottleneck, [1, 1, 1, 1], num_classes=5, width_per_group=128, norm_layer=NoNorm), (3, 16, 16), 5),
    "densenet121": (lambda: densenet121(num_classes=10), (3, 32, 32), 10),
    "densenet121 28": (lambda: unpooled(densenet121(num_classes=7)), (3, 28, 28), 7),
    "vit": (lambda: SimpleVit(3, 32, 8, 10), (3, 32, 32), 10),
    "vit gray": (lambda: SimpleVit(1, 28, 7, 26), (1, 28, 28), 26),
    "cohen-fc": (cohen_fc, (3, 3, 3), 4),
    "cohen-cnn": (cohen_cnn, (2, 8, 8), 4),
    "deep-linear": (deep_linear, (3, 3, 3), 4),
}
SAMPLES = 5


def pattern(count):
    """Numbers between -1/2 and 1/2 that are the same in every language: (7919 i mod 1009) / 1009 - 1/2."""
    return (torch.arange(count) * 7919 % 1009).double() / 1009 - 0.5


def layout(model):
    lines = "".join(f"{name} {'x'.join(map(str, p.shape))}\n" for name, p in model.named_parameters())
    return {"sha256": hashlib.sha256(lines.encode()).hexdigest(), "count": sum(p.numel() for p in model.parameters())}


def compute(create, shape, classes):
    torch.manual_seed(SEED)
    model = create()
    digest = hashlib.sha256()
    for parameter in model.parameters():
        digest.update(parameter.detach().numpy().tobytes())
    numbers = 1
    for length in shape:
        numbers *= length
    inputs = 4 * pattern(SAMPLES * numbers).view(SAMPLES, *shape)
    targets = nn.functional.one_hot(torch.arange(SAMPLES) % classes, classes).double()
    outputs = model(inputs)
    loss = nn.functional.mse_loss(outputs, targets)
    parameters = list(model.parameters())
    gradient = torch.autograd.grad(loss, parameters, create_graph=True)
    count = sum(p.numel() for p in parameters)
    directions = pattern(count).split([p.numel() for p in parameters])
    slope = sum((g.flatten() * d).sum() for g, d in zip(gradient, directions))
    product = torch.autograd.grad(slope, parameters)
    return {
        "layout": layout(model)["sha256"], "weights": digest.hexdigest(), "loss": loss.item(), "outputs": outputs.flatten().tolist(),
        "gradient": [g.norm().item() for g in gradient], "product": [p.norm().item() for p in product],
    }


result = {"layouts": {name: layout(create()) for name, create in LAYOUTS.items()}}
torch.set_default_dtype(torch.float64)
result["computed"] = {name: compute(*case) for name, case in COMPUTED.items()}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "peer-networks.json"), "w") as file:
    json.dump(result, file, indent=0)
    file.write("\n")
