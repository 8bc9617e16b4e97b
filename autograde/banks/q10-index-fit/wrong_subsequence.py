# Wrong: the order may skip key columns.
# caught-by: test_the_order_is_a_prefix
def index_fit(index, include, eq, rng, order_by, needed):
    keys = [(i.split()[0], i.endswith(" DESC")) for i in index]
    order = [(i.split()[0], i.endswith(" DESC")) for i in order_by]
    seek = 0
    while seek < len(keys) and keys[seek][0] in eq:
        seek += 1
    if seek < len(keys) and keys[seek][0] == rng:
        seek += 1
    covering = needed <= include | {n for n, _ in keys}
    rest = iter([k for k in keys if k[0] not in eq])
    flips, presorted = set(), True
    for n, d in [o for o in order if o[0] not in eq]:
        found = next((k for k in rest if k[0] == n), None)
        if found is None:
            presorted = False
            break
        flips.add(found[1] != d)
    presorted = presorted and len(flips) <= 1
    return {"seek": seek, "covering": covering, "presorted": presorted}
