# Wrong: counts equalities only.
# caught-by: test_the_range_is_the_last_to_seek
def index_fit(index, include, eq, rng, order_by, needed):
    keys = [(i.split()[0], i.endswith(" DESC")) for i in index]
    order = [(i.split()[0], i.endswith(" DESC")) for i in order_by]
    seek = 0
    while seek < len(keys) and keys[seek][0] in eq:
        seek += 1
    covering = needed <= include | {n for n, _ in keys}
    have = [k for k in keys if k[0] not in eq]
    want = [o for o in order if o[0] not in eq]
    head = have[: len(want)]
    flipped = [(n, not d) for n, d in head]
    presorted = want == head or want == flipped
    return {"seek": seek, "covering": covering, "presorted": presorted}
