# Wrong: takes "c DESC" for a column of that name when it seeks and covers.
# caught-by: test_desc_is_no_part_of_the_name
def index_fit(index, include, eq, rng, order_by, needed):
    keys = [(i.split()[0], i.endswith(" DESC")) for i in index]
    order = [(i.split()[0], i.endswith(" DESC")) for i in order_by]
    seek = 0
    while seek < len(index) and index[seek] in eq:
        seek += 1
    if seek < len(index) and index[seek] == rng:
        seek += 1
    covering = needed <= include | set(index)
    have = [k for k in keys if k[0] not in eq]
    want = [o for o in order if o[0] not in eq]
    head = have[: len(want)]
    flipped = [(n, not d) for n, d in head]
    presorted = want == head or want == flipped
    return {"seek": seek, "covering": covering, "presorted": presorted}
