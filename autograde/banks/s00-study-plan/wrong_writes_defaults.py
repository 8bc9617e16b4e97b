# Wrong: writes the default confidence into the given dict.
# caught-by: test_inputs_stay_unchanged
def allocate_hours(total, weights, confidence):
    if total < 0 or any(w < 0 for w in weights.values()):
        raise ValueError("negative")
    for name in weights:
        if confidence.setdefault(name, 3) not in (1, 2, 3, 4, 5):
            raise ValueError("confidence runs from 1 to 5")
    need = {name: w * (6 - confidence.get(name, 3)) for name, w in weights.items()}
    needs = sum(need.values())
    if needs == 0:
        raise ValueError("no need")
    hours = {name: total * n // needs for name, n in need.items()}
    rest = {name: total * n % needs for name, n in need.items()}
    left = total - sum(hours.values())
    for name in sorted(rest, key=lambda name: (-rest[name], name))[:left]:
        hours[name] += 1
    return hours
