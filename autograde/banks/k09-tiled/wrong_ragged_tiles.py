# Gives the model smaller tiles at the far edges.
# caught-by: test_model_gets_whole_float32_tiles
import numpy as np


def predict_scene(scene, model, tile, overlap, batch):
    H, W = scene.shape
    if overlap < 0 or overlap >= tile or batch < 1 or H == 0 or W == 0:
        raise ValueError("bad tile, overlap, batch or scene")
    total, cover = np.zeros((H, W)), np.zeros((H, W))
    for r in range(0, H, tile - overlap):
        for c in range(0, W, tile - overlap):
            out = model(scene[None, r : r + tile, c : c + tile].astype(np.float32))[0]
            total[r : r + tile, c : c + tile] += out
            cover[r : r + tile, c : c + tile] += 1
    return total / cover
