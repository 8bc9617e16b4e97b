# Wrong: a query without an order counts as not presorted.
# caught-by: test_no_order_asked
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
    head = have[: len(want)]
    presorted = bool(want) and (want == head or want == [(n, not d) for n, d in head])
    return {"seek": seek, "covering": covering, "presorted": presorted}
