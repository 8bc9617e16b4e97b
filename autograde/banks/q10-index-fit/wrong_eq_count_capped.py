# Wrong: counts the equalities found in the index if the first column is one.
# caught-by: test_only_leading_columns_seek
def index_fit(index, include, eq, rng, order_by, needed):
    keys = [(i.split()[0], i.endswith(" DESC")) for i in index]
    order = [(i.split()[0], i.endswith(" DESC")) for i in order_by]
    names = [n for n, _ in keys]
    seek = len(eq & set(names)) if names and names[0] in eq else 0
    seek += names[seek : seek + 1] == [rng]
    covering = needed <= include | {n for n, _ in keys}
    have = [k for k in keys if k[0] not in eq]
    want = [o for o in order if o[0] not in eq]
    head = have[: len(want)]
    flipped = [(n, not d) for n, d in head]
    presorted = want == head or want == flipped
    return {"seek": seek, "covering": covering, "presorted": presorted}
