# Pads the far edge up to a whole number of strides instead of shifting the last tile back.
# caught-by: test_remainder_is_predicted
import numpy as np


def predict_scene(scene, model, tile, overlap, batch):
    H, W = scene.shape
    if overlap < 0 or overlap >= tile or batch < 1 or H == 0 or W == 0:
        raise ValueError("bad tile, overlap, batch or scene")
    step = tile - overlap
    rows = -(-max(H - tile, 0) // step) + 1
    cols = -(-max(W - tile, 0) // step) + 1
    size = (rows - 1) * step + tile, (cols - 1) * step + tile
    padded = np.pad(scene, ((0, size[0] - H), (0, size[1] - W)), mode="edge")
    corners = [(r * step, c * step) for r in range(rows) for c in range(cols)]
    total, cover = np.zeros(padded.shape), np.zeros(padded.shape)
    for i in range(0, len(corners), batch):
        group = corners[i : i + batch]
        tiles = np.stack([padded[r : r + tile, c : c + tile] for r, c in group])
        out = model(tiles.astype(np.float32))
        for k, (r, c) in enumerate(group):
            total[r : r + tile, c : c + tile] += out[k]
            cover[r : r + tile, c : c + tile] += 1
    return (total / cover)[:H, :W]
