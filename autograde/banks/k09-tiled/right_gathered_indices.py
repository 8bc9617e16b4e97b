# Gathers tiles by clipped index arrays, which is edge padding, and scatters with add.at.
import math

import numpy as np


def predict_scene(scene, model, tile, overlap, batch):
    if not (0 <= overlap < tile):
        raise ValueError("overlap")
    if batch <= 0:
        raise ValueError("batch")
    if 0 in scene.shape:
        raise ValueError("scene")
    step = tile - overlap
    starts = []
    for length in scene.shape:
        last = max(length - tile, 0)
        count = math.ceil(last / step)
        starts.append(np.append(np.arange(count) * step, last))
    rows, cols = np.meshgrid(*starts, indexing="ij")
    rows = rows.reshape(-1, 1, 1) + np.arange(tile)[:, None]
    cols = cols.reshape(-1, 1, 1) + np.arange(tile)[None, :]
    size = [max(length, tile) for length in scene.shape]
    sums, hits = np.zeros(size), np.zeros(size)
    for at in range(0, len(rows), batch):
        r, c = rows[at : at + batch], cols[at : at + batch]
        clipped = np.minimum(r, scene.shape[0] - 1), np.minimum(c, scene.shape[1] - 1)
        out = model(scene[clipped].astype(np.float32))
        np.add.at(sums, (r, c), out)
        np.add.at(hits, (r, c), 1)
    return sums[: scene.shape[0], : scene.shape[1]] / hits[: scene.shape[0], : scene.shape[1]]
