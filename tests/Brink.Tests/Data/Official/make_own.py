"""Writes the image and array fixtures with PIL and numpy: python3 make_own.py"""
import numpy as np
from PIL import Image

y, x = np.mgrid[:40, :48]
colour = np.stack([5 * x, 6 * y, 255 - 3 * x - 2 * y], 2).clip(0, 255).astype(np.uint8)
colour[10:20, 12:30] = (250, 30, 60)
for name, image, options in (
    ("colour", Image.fromarray(colour), {"quality": 90}),
    ("progressive", Image.fromarray(colour), {"quality": 90, "progressive": True}),
    ("grey", Image.fromarray(colour).convert("L"), {"quality": 90}),
):
    image.save(name + ".jpg", **options)
    Image.open(name + ".jpg").save(name + ".png")
Image.fromarray(colour).convert("P").save("palette.png")
Image.fromarray(np.dstack([colour, 255 - colour[:, :, :1]])).save("transparent.png")

images = np.arange(6 * 3 * 2 * 2, dtype=np.uint8).reshape(6, 3, 2, 2)
np.save("images.npy", images)
np.save("labels.npy", np.arange(6, dtype=np.int64) % 3)
np.save("fortran.npy", np.asfortranarray(images))
rng = np.random.default_rng(0)
np.savez_compressed(
    "numbers.npz",
    inputs=(rng.normal(3, 2, (8, 5))).astype(np.float32),
    labels=(np.arange(8, dtype=np.int32) % 2).reshape(-1, 1),
    test_inputs=np.ones((2, 5), np.float32),
    test_labels=np.array([1, 0], np.uint8),
)
