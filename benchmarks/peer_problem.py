"""The training problem a request names: samples, network and loss, as a PyTorch user writes them.

Everything is held in memory from the start: a benchmark must not time image decoding or disk reads.
"""

import json
import math
import os

import numpy
import torch
from torch import nn

IMAGE_SHAPES = {"cifar10": (3, 32, 32), "fashion-mnist": (1, 28, 28), "mnist": (1, 28, 28)}

# The element types safetensors files of this project hold, by the names that format gives them.
SAFETENSORS_TYPES = {"F32": numpy.dtype("<f4"), "F64": numpy.dtype("<f8")}


class BadRequest(Exception):
    """The request is at fault; the message is one line that says what would be right."""


def read_safetensors(path):
    """Name -> array. Layout: 8 bytes of header length, a JSON header, then the tensors' bytes."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        body = file.read()
    arrays = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        if entry["dtype"] not in SAFETENSORS_TYPES:
            raise BadRequest(f"{path}: tensor {name} has type {entry['dtype']}; F32 and F64 are read")
        begin, end = entry["data_offsets"]
        array = numpy.frombuffer(body[begin:end], SAFETENSORS_TYPES[entry["dtype"]])
        arrays[name] = array.reshape(entry["shape"])
    return arrays


def read_raw(path, dtype, shape):
    """The array of little-endian numbers of the given shape that opens the file."""
    count = math.prod(shape)
    array = numpy.fromfile(path, dtype, count)
    if array.size < count:
        raise BadRequest(f"{path} holds {array.size} numbers; {count} are needed ({os.path.getsize(path)} bytes)")
    return array.reshape(shape)


def build_mlp(weights, activation):
    """Flatten, then Linear layers with the activation between; the widths are those of the start weights."""
    shapes = [array.shape for name, array in weights.items() if name.endswith(".weight")]
    # A file may list its tensors in any order; the layer number in front of the name is the truth.
    numbers = [int(name.split(".")[0]) for name in weights if name.endswith(".weight")]
    layers = [nn.Flatten()]
    for _, (outputs, inputs) in sorted(zip(numbers, shapes)):
        if len(layers) > 1:
            layers.append(activation())
        layers.append(nn.Linear(inputs, outputs, bias=f"{len(layers)}.bias" in weights))
    return nn.Sequential(*layers)


def build_cnn(weights, activation):
    """Twice (conv 3x3 to 32 channels, activation, maxpool 2), then one linear layer."""
    channels = weights["0.weight"].shape[1]
    outputs, features = weights["7.weight"].shape
    return nn.Sequential(
        nn.Conv2d(channels, 32, 3, padding=1, bias="0.bias" in weights), activation(), nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 3, padding=1, bias="3.bias" in weights), activation(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(features, outputs, bias="7.bias" in weights))


def torchvision_models():
    try:
        from torchvision import models
        return models
    except ImportError:
        raise BadRequest("vgg11 and resnet34 need torchvision; install python3-torchvision") from None


def build_vgg11(weights, activation):
    """torchvision's VGG11; dropout 0, as in the paper."""
    return torchvision_models().vgg11(num_classes=weights["classifier.6.weight"].shape[0], dropout=0.0)


class NoNorm(nn.Identity):
    """In place of a normalisation layer: nothing, and no parameters."""


def build_resnet34(weights, activation):
    """torchvision's ResNet34 without normalisation layers, as in the paper."""
    return torchvision_models().resnet34(num_classes=weights["fc.weight"].shape[0], norm_layer=NoNorm)


NETWORKS = {"mlp": build_mlp, "cnn": build_cnn, "vgg11": build_vgg11, "resnet34": build_resnet34}
ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh}


class Problem:
    """Samples, network, loss and start weights of one setup request."""

    def __init__(self, request):
        network, data, loss = request["network"], request["data"], request.get("loss", "mse")
        activation = request.get("activation", "relu")
        for value, known, what in ((network, NETWORKS, "network"), (data, IMAGE_SHAPES, "data"),
                                   (loss, ("mse", "ce"), "loss"), (activation, ACTIVATIONS, "activation")):
            if value not in known:
                raise BadRequest(f"unknown {what} '{value}'; known: {', '.join(known)}")
        dtype = request.get("dtype", "float32")
        if dtype not in ("float32", "float64"):
            raise BadRequest(f"unknown dtype '{dtype}'; known: float32, float64")
        self.device = torch.device(request.get("device", "cpu"))
        # PyTorch lets cuDNN round to TF32 unless told otherwise; what is compared here is float32.
        torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
        # Like Brink's field: the same bits every time, or the fastest that cuDNN finds by trying.
        torch.backends.cudnn.deterministic = request.get("convolutions") == "deterministic"
        torch.backends.cudnn.benchmark = request.get("convolutions") == "fastest"
        self.dtype = getattr(torch, dtype)
        count = request["count"]

        little_endian = "<f4" if dtype == "float32" else "<f8"
        inputs = read_raw(request["inputs"], little_endian, (count, *IMAGE_SHAPES[data]))
        labels = read_raw(request["labels"], "<i8", (count,))
        self.inputs = torch.from_numpy(inputs).to(self.device)
        labels = torch.from_numpy(labels).to(self.device)

        weights = read_safetensors(request["init"])
        self.model = NETWORKS[network](weights, ACTIVATIONS[activation]).to(self.device, self.dtype)
        self.load(weights)
        self.start = {name: value.clone() for name, value in self.model.state_dict().items()}
        self.parameters = list(self.model.parameters())

        outputs = self.parameters[-1].shape[0]
        if loss == "mse":
            self.targets = nn.functional.one_hot(labels, outputs).to(self.dtype)
            self.criterion = nn.MSELoss()
        else:
            self.targets = labels
            self.criterion = nn.CrossEntropyLoss()

    def load(self, weights):
        """Puts the named arrays into the network; every parameter must be there, with its shape."""
        state = {name: torch.from_numpy(array.copy()) for name, array in weights.items()}
        try:
            self.model.load_state_dict(state)
        except RuntimeError as error:
            raise BadRequest("start weights do not fit the network: " + " ".join(str(error).split())) from None

    def restart(self):
        """Back to the start weights."""
        self.model.load_state_dict(self.start)

    def loss(self):
        """The full-batch loss at the current weights, all samples in one batch, contiguous NCHW."""
        return self.criterion(self.model(self.inputs), self.targets)

    def gradient(self):
        """One forward and one backward pass; the gradient is left in the parameters' .grad."""
        self.model.zero_grad(set_to_none=True)
        loss = self.loss()
        loss.backward()
        return loss

    def synchronise(self):
        """Waits for the device, so that a clock read after it has seen the work."""
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
