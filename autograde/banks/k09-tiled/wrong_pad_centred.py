# Pads a small scene half before and half after.
# caught-by: test_edge_padding
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
    h, w = max(tile - H, 0), max(tile - W, 0)
    padded = np.pad(scene, ((h // 2, h - h // 2), (w // 2, w - w // 2)), mode="edge")
    corners = [(r, c) for r in origins(H, tile, overlap) for c in origins(W, tile, overlap)]
    total, cover = np.zeros(padded.shape), np.zeros(padded.shape)
    for i in range(0, len(corners), batch):
        group = corners[i : i + batch]
        tiles = np.stack([padded[r : r + tile, c : c + tile] for r, c in group])
        out = model(tiles.astype(np.float32))
        for k, (r, c) in enumerate(group):
            total[r : r + tile, c : c + tile] += out[k]
            cover[r : r + tile, c : c + tile] += 1
    return (total / cover)[h // 2 : h // 2 + H, w // 2 : w // 2 + W]
