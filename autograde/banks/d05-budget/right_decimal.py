# Right: sixty decimal digits, rounded at the end.
from decimal import Decimal, localcontext


def alert_budget(n_gateways, decisions_per_day, k, reading):
    readings = {"per_decision": 1, "per_gateway_day": decisions_per_day}
    if reading not in readings:
        raise ValueError(reading)
    for count in (n_gateways, decisions_per_day, k):
        if count < 1:
            raise ValueError(count)
    with localcontext() as context:
        context.prec = 60
        q = 1 - Decimal("0.999") ** (1 / Decimal(readings[reading]))
        p = q ** (1 / Decimal(k))
    return {
        "false_alerts_per_day": float(q * n_gateways * decisions_per_day),
        "p_sample": float(p),
        "q": float(q),
    }
