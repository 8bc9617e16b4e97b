# Cuts all tiles first, predicts, then averages by summing each pixel's list with fsum.
import math
from collections import defaultdict

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
    tiles = [padded[r : r + tile, c : c + tile].astype(np.float32) for r, c in corners]
    predictions = []
    for i in range(0, len(tiles), batch):
        predictions.extend(np.array(model(np.array(tiles[i : i + batch]))))
    votes = defaultdict(list)
    for (r, c), prediction in zip(corners, predictions, strict=True):
        for (i, j), value in np.ndenumerate(prediction):
            votes[r + i, c + j].append(float(value))
    return np.array(
        [[math.fsum(votes[i, j]) / len(votes[i, j]) for j in range(W)] for i in range(H)]
    )
