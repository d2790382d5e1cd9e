"""Writes the SVHN fixtures with scipy, an independent writer of MATLAB files: python3 make_svhn.py"""
import numpy as np
import scipy.io

r, c, channel, n = np.ogrid[:32, :32, :3, :12]
images = ((7 * r + 13 * c + 29 * channel + 31 * n + r * c // 5) % 256).astype(np.uint8)
labels = (np.arange(12, dtype=np.uint8) % 10 + 1).reshape(-1, 1)
for name, packed in (("svhn-compressed.mat", True), ("svhn-plain.mat", False)):
    scipy.io.savemat(name, {"note": "not asked for", "X": images, "y": labels}, do_compression=packed)
