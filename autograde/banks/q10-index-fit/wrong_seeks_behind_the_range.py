# Wrong: goes on counting equalities behind the range.
# caught-by: test_the_range_is_the_last_to_seek
def index_fit(index, include, eq, rng, order_by, needed):
    keys = [(i.split()[0], i.endswith(" DESC")) for i in index]
    order = [(i.split()[0], i.endswith(" DESC")) for i in order_by]
    seek = 0
    for n, _ in keys:
        if n not in eq and n != rng:
            break
        seek += 1
    covering = needed <= include | {n for n, _ in keys}
    have = [k for k in keys if k[0] not in eq]
    want = [o for o in order if o[0] not in eq]
    head = have[: len(want)]
    flipped = [(n, not d) for n, d in head]
    presorted = want == head or want == flipped
    return {"seek": seek, "covering": covering, "presorted": presorted}
