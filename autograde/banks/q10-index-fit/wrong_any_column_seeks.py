# Wrong: every index column that the query filters on counts as a seek.
# caught-by: test_only_leading_columns_seek
def index_fit(index, include, eq, rng, order_by, needed):
    keys = [(i.split()[0], i.endswith(" DESC")) for i in index]
    order = [(i.split()[0], i.endswith(" DESC")) for i in order_by]
    seek = sum(n in eq or n == rng for n, _ in keys)
    covering = needed <= include | {n for n, _ in keys}
    have = [k for k in keys if k[0] not in eq]
    want = [o for o in order if o[0] not in eq]
    head = have[: len(want)]
    flipped = [(n, not d) for n, d in head]
    presorted = want == head or want == flipped
    return {"seek": seek, "covering": covering, "presorted": presorted}
