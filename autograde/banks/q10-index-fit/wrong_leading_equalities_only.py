# Wrong: removes equalities only in front of the key.
# caught-by: test_equal_columns_do_not_block_the_order
def index_fit(index, include, eq, rng, order_by, needed):
    keys = [(i.split()[0], i.endswith(" DESC")) for i in index]
    order = [(i.split()[0], i.endswith(" DESC")) for i in order_by]
    seek = 0
    while seek < len(keys) and keys[seek][0] in eq:
        seek += 1
    if seek < len(keys) and keys[seek][0] == rng:
        seek += 1
    covering = needed <= include | {n for n, _ in keys}
    k = 0
    while k < len(keys) and keys[k][0] in eq:
        k += 1
    want = [o for o in order if o[0] not in eq]
    head = keys[k : k + len(want)]
    presorted = want == head or want == [(n, not d) for n, d in head]
    return {"seek": seek, "covering": covering, "presorted": presorted}
