# Wrong: asks for one direction within the order, whatever the index has.
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
    have = [n for n, _ in keys if n not in eq]
    want = [o for o in order if o[0] not in eq]
    presorted = have[: len(want)] == [n for n, _ in want] and len({d for _, d in want}) <= 1
    return {"seek": seek, "covering": covering, "presorted": presorted}
