"""The part of the OpenAPI document that is for those who test: counters, faults, load runs."""

from typing import Any

from pos_api.modes import LONGEST_DELAY_MS, MODES
from pos_api.openapi_parts import answer, operation, path_parameter
from pos_api.openapi_shapes import (
    BOOLEAN,
    STRING,
    Schema,
    object_of,
    one_of,
    or_null,
    reference,
    whole,
)


def control_paths() -> dict[str, Any]:
    """Paths of what belongs to the test and not to the system under test."""
    return {
        "/api/metrics": {
            "get": operation(
                "getMetrics",
                "What was done so far; requests by method, route and status, these not counted",
                answer(200, "The counts.", "Metrics"),
                errors="403",
                public=True,
            )
        },
        **_faults(),
        **_load_runs(),
    }


def _faults() -> dict[str, Any]:
    faults = answer(200, "All faults, as they are now.", "Faults")
    return {
        "/api/faults": {
            "get": operation(
                "getFaults", "What is wrong on purpose", faults, errors="403", public=True
            ),
            "put": operation(
                "changeFaults",
                "Change what is wrong on purpose: the members that are sent, no others",
                faults,
                errors="403 502",
                body="FaultChanges",
                public=True,
            ),
        }
    }


def _load_runs() -> dict[str, Any]:
    run_id = path_parameter("run_id", {"type": "string", "pattern": "^[0-9a-fA-F]{1,64}$"})
    return {
        "/api/load-runs/{run_id}": {
            "get": operation(
                "getLoadRun",
                "What the requests with this X-Load-Run have written",
                answer(200, "Counts, sums and the X-Request-Id of each row.", "LoadRun"),
                errors="403 422",
                parameters=(run_id,),
            ),
            "delete": operation(
                "removeLoadRun",
                "Remove what the requests with this X-Load-Run have written",
                answer(200, "How many rows were removed.", "RemovedLoadRun"),
                errors="403 422 503",
                parameters=(run_id,),
            ),
        }
    }


def control_schemas() -> dict[str, Schema]:
    """The schemas of those paths."""
    return {**_metrics(), **_fault_schemas(), **_load_run_schemas()}


def _metrics() -> dict[str, Schema]:
    count = {"method": STRING, "route": STRING, "status": whole(100, 599), "count": whole(1)}
    return {
        "Metrics": object_of(
            {
                "total": whole(0),
                "requests": {"type": "array", "items": object_of(count)},
                "limiter": reference("LimiterMetrics"),
                "payments": reference("PaymentMetrics"),
                "breaker": reference("BreakerMetrics"),
                "provider": reference("ProviderMetrics"),
                "websocket": reference("WebSocketMetrics"),
            }
        ),
        "LimiterMetrics": _limiter_metrics(),
        "PaymentMetrics": object_of(
            {
                "at_once": whole(1, description="Card payments that may be under way."),
                "under_way": whole(0),
                "peak": whole(0),
                "shed": whole(0, description="Refused because so many were under way."),
            }
        ),
        "BreakerMetrics": _breaker_metrics(),
        "WebSocketMetrics": _websocket_metrics(),
        "ProviderMetrics": object_of(
            {
                "calls": whole(0),
                "succeeded": whole(0),
                "failed": whole(0),
                "timed_out": whole(0),
            }
        ),
    }


def _limiter_metrics() -> Schema:
    return object_of(
        {
            "policy": STRING,
            "kind": one_of("off", "fixed", "moving", "sliding", "bucket"),
            "quota": whole(1, description="Requests in a window, for each token."),
            "window_s": whole(1),
            "burst": or_null(whole(1, description="What the bucket holds; null for others.")),
            "admitted": whole(0),
            "refused": whole(0),
        }
    )


def _breaker_metrics() -> Schema:
    state = one_of("closed", "open", "half_open")
    seconds = {"type": "number", "description": "By the machine's monotonic clock."}
    return object_of(
        {
            "on": BOOLEAN,
            "state": state,
            "failures": whole(0, description="In a row, while closed."),
            "opened": whole(0, description="How often it has opened."),
            "refused": whole(0, description="Payments it has turned away."),
            "probes": whole(0, description="Payments that it let through to see."),
            "transitions": {
                "type": "array",
                "items": object_of({"from": state, "to": state, "monotonic_s": seconds}),
            },
        }
    )


def _websocket_metrics() -> Schema:
    by_code = {"type": "object", "additionalProperties": whole(1)}
    return object_of(
        {
            "limit": whole(1),
            "open": whole(0),
            "peak": whole(0),
            "opened": whole(0, description="Served; those refused for their token are not."),
            "refused": object_of(
                {
                    "token": whole(0, description="Closed with 1008 after the handshake."),
                    "limit": whole(0, description="Handshakes answered with 503."),
                }
            ),
            "messages_in": whole(0),
            "messages_out": whole(0, description="Echoes, answers to commands, and events."),
            "closed": {**by_code, "description": "By code; 1006 is a lost connection."},
        }
    )


def _fault_schemas() -> dict[str, Schema]:
    share = {"type": "number", "minimum": 0, "maximum": 1}
    faults = {
        "provider": {**one_of(*MODES), "description": "slow charges at once, and answers late."},
        "delay_ms": whole(0, LONGEST_DELAY_MS, "Of a slow or broken provider."),
        "double_charge": {**BOOLEAN, "description": "Each payment intent is stored twice."},
        "lose_orders": {**share, "description": "Share of orders accepted and forgotten."},
        "admit_expired": {**BOOLEAN, "description": "Expired tokens are as good as others."},
        "drop_websockets": {**BOOLEAN, "description": "A tenth is closed with 1011 a second."},
        "limiter": {**one_of("on", "off"), "description": "off: every request is admitted."},
        "breaker": {**one_of("on", "off"), "description": "off: every payment is tried."},
    }
    return {
        "Faults": object_of(faults),
        "FaultChanges": object_of(faults, optional=faults, example={"double_charge": True}),
    }


def _load_run_schemas() -> dict[str, Schema]:
    ids = {"type": "array", "items": STRING, "description": "One for each row, in their order."}
    rows = {"count": whole(0), "request_ids": ids}
    money = {**rows, "amount_cents": whole(0, description="Sum over the rows, in minor units.")}
    kinds = ("orders", "payment_intents", "open_banking_payments", "clock_ins")
    return {
        "LoadRun": object_of(
            {
                "load_run": STRING,
                **dict.fromkeys(kinds[:3], reference("StoredAmounts")),
                kinds[3]: reference("StoredRows"),
            }
        ),
        "StoredAmounts": object_of(money),
        "StoredRows": object_of(rows),
        "RemovedLoadRun": object_of(
            {"load_run": STRING, "removed": object_of(dict.fromkeys(kinds, whole(0)))}
        ),
    }
