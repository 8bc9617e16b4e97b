# Never uses more than one tile a call and starts at the far corner.
import numpy as np


def origins(length, tile, overlap):
    found, origin = [], 0
    while origin + tile < length:
        found.append(origin)
        origin += tile - overlap
    found.append(max(length - tile, 0))
    return found


def predict_scene(scene, model, tile, overlap, batch):
    H, W = scene.shape
    if overlap < 0 or overlap >= tile or batch < 1 or H == 0 or W == 0:
        raise ValueError("bad tile, overlap, batch or scene")
    padded = np.pad(scene, ((0, max(tile - H, 0)), (0, max(tile - W, 0))), mode="edge")
    padded = np.ascontiguousarray(padded, dtype=np.float32)
    total = np.zeros(padded.shape, dtype=np.float64)
    cover = np.zeros(padded.shape, dtype=np.int64)
    for r in reversed(origins(H, tile, overlap)):
        for c in reversed(origins(W, tile, overlap)):
            window = slice(r, r + tile), slice(c, c + tile)
            total[window] += np.asarray(model(padded[window][None]), dtype=np.float64)[0]
            cover[window] += 1
    return (total / cover)[:H, :W]
