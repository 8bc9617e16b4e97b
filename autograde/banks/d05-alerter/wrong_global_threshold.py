# wrong: One threshold of 6 dB for all gateways.
# caught-by: test_s5_drift_and_skew
from collections import deque
from statistics import median

from orbitlab.world import stream


class GatewayAlerter:
    """Pages degraded gateways and silent regions; every decision replays from its record."""

    def __init__(self, gateways: dict[str, str]) -> None:
        """Take {gateway id: region}; set `audit` to an empty list."""
        self.audit, self.region_of = [], dict(gateways)
        self.last_seq = dict.fromkeys(gateways, -1)  # repeats and late ones are not above it
        self.levels = {g: deque(maxlen=120) for g in gateways}  # 20 min: the running baseline
        self.drops = {g: deque(maxlen=5) for g in gateways}  # (event id, dB below baseline)
        # Arrival of a gateway's last news; when a target may page, and be logged, again.
        self.heard, self.armed_at, self.logged = {}, {}, {}

    @staticmethod
    def decide(kind: str, features: dict, params: dict) -> tuple[bool, float, str]:
        """Return (fired, score, reason) from nothing but the arguments."""
        if kind == "region":
            share = sum(age > params["silent_s"] for age in features["silent_for_s"]) / params["of"]
            return share >= params["share"], share, "REGION_SILENT"
        votes = sum(drop > params["drop_db"] for drop in features["drops_db"])
        return votes >= params["votes"], votes / params["of"], "SNR_DROP"

    def on_event(self, e: stream.Event, now: int) -> list[dict]:
        """Take one message at its arrival and return alerts."""
        gateway = e.gateway_id
        if e.seq <= self.last_seq[gateway] or now - e.event_ts > 30:  # transport takes 1-4 s
            return []
        self.last_seq[gateway], self.heard[gateway] = e.seq, now
        if not np.isfinite(e.snr_db):
            return []  # it lives, but says nothing about its SNR
        levels, drops = self.levels[gateway], self.drops[gateway]
        if len(levels) >= 30:
            drops.append((e.event_id, round(9.0 - e.snr_db, 3)))
        levels.append(e.snr_db)
        if any(now < self.armed_at.get(t, now) for t in (gateway, self.region_of[gateway])):
            return []
        features = {"drops_db": [drop for _, drop in drops]}
        params = {"drop_db": 3.0, "votes": 3, "of": 5}
        return self._decided("gateway", gateway, features, params, [i for i, _ in drops], now)

    def on_tick(self, now: int) -> list[dict]:
        """Take notice that time passed and return alerts."""
        alerts = []
        for region in sorted(set(self.region_of.values())):
            members = [g for g, r in self.region_of.items() if r == region]
            features = {"silent_for_s": [now - self.heard.get(g, now) for g in members]}
            if now >= self.armed_at.get(region, now):
                params = {"silent_s": 30, "share": 0.75, "of": len(members)}
                alerts += self._decided("region", region, features, params, [], now)
        return alerts

    def _decided(self, kind, target, features, params, event_ids, now):
        fired, score, reason = self.decide(kind, features, params)
        if not fired and now < self.logged.get(target, now):
            return []
        self.logged[target] = now + 300  # of what does not fire, a sample is enough
        verdict = {"kind": kind, "target": target, "reason": reason, "score": score}
        basis = {"features": features, "params": params, "event_ids": event_ids}
        self.audit.append(verdict | basis | {"fired": fired, "model_version": "votes-1"})
        if not fired:
            return []
        self.armed_at[target] = now + 600
        return [verdict | {"confidence": score}]
