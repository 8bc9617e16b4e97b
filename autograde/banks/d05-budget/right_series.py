# Right: the power series of 1 - exp(-a), numpy scalars out.
import numpy as np


def alert_budget(n_gateways, decisions_per_day, k, reading):
    if not (n_gateways >= 1 and decisions_per_day >= 1 and k >= 1):
        raise ValueError("too few")
    match reading:
        case "per_decision":
            q = np.float64(1e-3)
        case "per_gateway_day":
            a = -np.log(0.999) / decisions_per_day
            q = term = a
            for i in range(2, 9):
                term = -term * a / i
                q = q + term
        case _:
            raise ValueError("no such reading")
    p = np.exp(np.log(q) / k)
    return dict(q=q, p_sample=p, false_alerts_per_day=q * (n_gateways * decisions_per_day))
