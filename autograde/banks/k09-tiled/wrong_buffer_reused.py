# Cuts all tiles into one buffer and keeps what the model returns until the end.
# caught-by: test_model_returns_its_input
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
    corners = [(r, c) for r in origins(H, tile, overlap) for c in origins(W, tile, overlap)]
    buffer = np.empty((batch, tile, tile), dtype=np.float32)
    kept = []
    for i in range(0, len(corners), batch):
        group = corners[i : i + batch]
        for k, (r, c) in enumerate(group):
            buffer[k] = padded[r : r + tile, c : c + tile]
        kept.extend(model(buffer[: len(group)]))
    total, cover = np.zeros(padded.shape), np.zeros(padded.shape)
    for (r, c), out in zip(corners, kept, strict=True):
        total[r : r + tile, c : c + tile] += out
        cover[r : r + tile, c : c + tile] += 1
    return (total / cover)[:H, :W]
