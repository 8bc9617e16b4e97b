# wrong: takes the whole parts through a float quotient.
# caught-by: test_whole_parts_are_exact
def allocate_hours(total, weights, confidence):
    if total < 0 or any(weight < 0 for weight in weights.values()):
        raise ValueError("negative")
    known = {name: confidence.get(name, 3) for name in weights}
    if any(not 1 <= c <= 5 for c in known.values()):
        raise ValueError("confidence")
    need = {name: weight * (6 - known[name]) for name, weight in weights.items()}
    needs = sum(need.values())
    if needs == 0:
        raise ValueError("no need")
    hours = {name: int(total * n / needs) for name, n in need.items()}
    order = sorted(need, key=lambda name: (-(total * need[name] % needs), name))
    for name in order[: total - sum(hours.values())]:
        hours[name] += 1
    return hours
