# Wrong: predicts equal tiles only once.
# caught-by: test_number_of_tiles
import numpy as np


def predict_scene(scene, model, tile, overlap, batch):
    H, W = scene.shape
    if not 0 <= overlap < tile or batch < 1 or scene.size == 0:
        raise ValueError("arguments")
    step = tile - overlap

    def origins(length):
        last = max(length - tile, 0)
        return [*range(0, last, step), last]

    wide = np.pad(scene, ((0, max(tile - H, 0)), (0, max(tile - W, 0))), mode="edge")
    corners = [(r, c) for r in origins(H) for c in origins(W)]
    total, cover = np.zeros(wide.shape), np.zeros(wide.shape)
    known = {}
    for k in range(0, len(corners), batch):
        group = corners[k : k + batch]
        tiles = np.stack([wide[r : r + tile, c : c + tile] for r, c in group]).astype(np.float32)
        new = {t.tobytes(): t for t in tiles if t.tobytes() not in known}
        if new:
            known.update(zip(new, np.array(model(np.stack(list(new.values()))))))
        out = [known[t.tobytes()] for t in tiles]
        for (r, c), p in zip(group, out):
            total[r : r + tile, c : c + tile] += p
            cover[r : r + tile, c : c + tile] += 1
    return (total / cover)[:H, :W]
