"""Make the images of this folder, with ndgrad and Pillow: ``python make.py``."""

from pathlib import Path

import numpy as np
from PIL import Image

from ndgrad import recordio

HERE = Path(__file__).parent

y, x = np.mgrid[:12, :10]
rgb = np.stack([y * 20, x * 25, (x + y) * 10], -1).astype(np.uint8)
grey = rgb[..., 0]
exif = Image.Exif()
exif[0x112] = 6  # the camera was turned
color = Image.fromarray(rgb)
color.save(HERE / "rgb.png")
color.save(HERE / "rgb.bmp")
color.save(HERE / "rgb.jpg", quality=95)
color.save(HERE / "exif.jpg", exif=exif)
color.convert("P").save(HERE / "pal.png")
Image.fromarray(grey).save(HERE / "grey.png")
Image.fromarray(grey).save(HERE / "grey.jpg")
Image.fromarray(grey.astype(np.uint16) * 257).save(HERE / "g16.png")
Image.fromarray(np.dstack([rgb, 255 - grey])).save(HERE / "rgba.png")
Image.fromarray(np.dstack([grey, 255 - grey])).save(HERE / "la.png")

writer = recordio.MXIndexedRecordIO(HERE / "images.idx", HERE / "images.rec", "w")
lines = []
for i in range(5):
    image = np.full((10 + i, 12, 3), 10 * i, np.uint8)
    image[:, :, 1] = np.arange(12) * 20
    image[0, 0] = 255
    writer.write_idx(i, recordio.pack_img((0, float(i), i, 0), image, 3, ".png"))
    name = f"{'ab'[i % 2]}/{i}.png"
    (HERE / "folder" / name).parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image[:, :, ::-1]).save(HERE / "folder" / name)
    lines.append(f"{i}\t{i:f}\t{name}\n")
writer.close()
(HERE / "images.lst").write_text("".join(lines))
