# Writes the normalised values back into the caller's scene.
# caught-by: test_shape_and_scene_stay
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
    scene -= scene.mean()
    padded = np.pad(scene, ((0, max(tile - H, 0)), (0, max(tile - W, 0))), mode="edge")
    corners = [(r, c) for r in origins(H, tile, overlap) for c in origins(W, tile, overlap)]
    total, cover = np.zeros(padded.shape), np.zeros(padded.shape)
    for i in range(0, len(corners), batch):
        group = corners[i : i + batch]
        tiles = np.stack([padded[r : r + tile, c : c + tile] for r, c in group])
        out = model(tiles.astype(np.float32))
        for k, (r, c) in enumerate(group):
            total[r : r + tile, c : c + tile] += out[k]
            cover[r : r + tile, c : c + tile] += 1
    return (total / cover)[:H, :W]
