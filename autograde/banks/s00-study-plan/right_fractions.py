# Right: exact fractions; the share minus its floor is the remainder.
import math
from fractions import Fraction


class PlanError(ValueError):
    pass


def allocate_hours(total, weights, confidence):
    if total < 0 or min(weights.values(), default=0) < 0:
        raise PlanError("negative")
    needs = {}
    for name in sorted(weights):
        sure = confidence[name] if name in confidence else 3
        if sure < 1 or sure > 5:
            raise PlanError(name)
        needs[name] = Fraction(weights[name] * (6 - sure))
    if not sum(needs.values()):
        raise PlanError("no need")
    shares = {name: total * n / sum(needs.values()) for name, n in needs.items()}
    plan = {name: math.floor(share) for name, share in shares.items()}
    # sorted is stable and the names are in order already, so ties stay by name.
    order = sorted(shares, key=lambda name: shares[name] - plan[name], reverse=True)
    for name in order[: total - sum(plan.values())]:
        plan[name] += 1
    return plan
