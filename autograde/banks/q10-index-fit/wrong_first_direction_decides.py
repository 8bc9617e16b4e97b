# Wrong: reverses the key if the first direction differs, ignores the rest.
# caught-by: test_directions_agree_or_are_all_reversed
def index_fit(index, include, eq, rng, order_by, needed):
    keys = [(i.split()[0], i.endswith(" DESC")) for i in index]
    order = [(i.split()[0], i.endswith(" DESC")) for i in order_by]
    seek = 0
    while seek < len(keys) and keys[seek][0] in eq:
        seek += 1
    if seek < len(keys) and keys[seek][0] == rng:
        seek += 1
    covering = needed <= include | {n for n, _ in keys}
    have = [k for k in keys if k[0] not in eq]
    want = [o for o in order if o[0] not in eq]
    presorted = [n for n, _ in have[: len(want)]] == [n for n, _ in want]
    presorted = presorted and (
        len(want) < 2 or (have[0][1] != want[0][1]) == (have[1][1] != want[1][1])
    )
    return {"seek": seek, "covering": covering, "presorted": presorted}
