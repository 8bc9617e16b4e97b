# Right: itertools, numpy integers and numpy bools, whatever is equal by G2.
import itertools

import numpy as np


def index_fit(index, include, eq, rng, order_by, needed):
    names = [item.split(" ")[0] for item in index]
    leading = len(list(itertools.takewhile(eq.__contains__, names)))
    seek = leading + (names[leading : leading + 1] == [rng])
    sign = {item.split(" ")[0]: -1 if " " in item else 1 for item in index}
    have = [name for name in names if name not in eq]
    want = [item.split(" ") for item in order_by if item.split(" ")[0] not in eq]
    same = have[: len(want)] == [parts[0] for parts in want]
    turns = [sign[p[0]] * (1 if len(p) == 1 else -1) for p in want] if same else []
    presorted = same and abs(sum(turns)) == len(turns)
    return {
        "presorted": np.bool_(presorted),
        "covering": np.bool_(needed.issubset({*names, *include})),
        "seek": np.int64(seek),
    }
