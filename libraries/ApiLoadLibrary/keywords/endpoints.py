"""Keywords about endpoints: what is sent, and what is expected of the answer."""

from __future__ import annotations

from typing import Any

from robot.api.deco import keyword
from robot.api.types import Secret

from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.values import Duration
from ApiLoadLibrary.workload.action import Action, Call
from ApiLoadLibrary.workload.endpoint import Endpoint, parse_expected

from .converters import unwrapped
from .servers import parsed_json

__all__ = ["Endpoints"]


class Endpoints:
    """What is sent."""

    def __init__(self, session: AcceptanceSession) -> None:
        self._session = session

    @keyword(tags=["endpoint"])
    def define_endpoint(
        self,
        name: str,
        method: str,
        path: str | Secret,
        *,
        json: Any = None,
        data: Any = None,
        headers: dict[str, Any] | None = None,
        expect: str = "200",
        threshold: Duration | None = None,
        group: str | None = None,
    ) -> None:
        """Gives a request a name by which load sentences and criteria call it.

        It is known until the suite that defines it ends; what the suite around it has defined is
        known in all of its suites.

        Paths, headers and bodies may hold values that differ from request to request:

        | written | becomes |
        | --- | --- |
        | `{{counter}}` | the request's number, counted from 1 |
        | `{{integer 1..50}}` | a whole number from 1 to 50 |
        | `{{choice cash\\|card}}` | one of the words |
        | `{{uuid}}` | a UUID |
        | `{{run}}` | the load run's id |
        | `{{token}}` | the token of whoever is signed in |
        | `{{users.name}}` | a value from a file; see `Feed From` |

        A number that is the whole of a JSON text, like `"{{integer 1..5}}"`, is sent
        as a JSON number.

        Args:
            name: Its name: no commas, no comparison signs, no `Of`, `With`, `Above`, `Below`,
                `At Most` or `At Least` in it.
            method: GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS.
            path: A path on the server, or a whole URL of an allowed origin.
            json: A body to send as JSON: a dictionary or list, or JSON text; what stands
                in it as a name is sent as it is.
            data: A body to send as it is; a dictionary is sent as a form.
            headers: Headers of this endpoint alone; `${None}` leaves out one that all others have,
                like `Authorization`.
            expect: The statuses that count as success: `201`, `200, 204`, `2xx`.
            threshold: Its response time limit, for `Verify P95 Below Threshold`.
            group: A name for several endpoints together, for load sentences and criteria.

        Example:

        ```robotframework
        VAR    &{order}    product_id={{integer 1..50}}    reference=order-{{counter}}
        Define Endpoint    Products        GET     /api/products    threshold=50 ms
        Define Endpoint    Create Order    POST    /api/orders    json=${order}    expect=201
        ```
        """
        secret = self._session.mask.add
        self._session.endpoints.define(
            Endpoint(
                name=name,
                method=method.upper(),
                path=str(unwrapped(path, secret)),
                headers=unwrapped(headers or {}, secret),
                json=unwrapped(parsed_json(json), secret),
                data=unwrapped(data, secret),
                expected=parse_expected(expect),
                threshold=threshold,
                group=group,
            )
        )

    @keyword(tags=["endpoint"])
    def define_action(
        self,
        name: str,
        call: str,
        *,
        expect: str = "200",
        threshold: Duration | None = None,
        group: str | None = None,
    ) -> None:
        """Gives a Python callable a name; load sentences and criteria use it like an endpoint.

        For work that is more than one request, or no HTTP at all: each arrival calls it
        once, in a thread of its own for each worker.  Response time, schedule, time-outs and
        all verdicts are as for requests.

        | the callable | so |
        | --- | --- |
        | takes an argument | it gets the request's number, from 1, as `{{counter}}` is |
        | takes none | it is called without |
        | is a class | each worker makes an object of it before the load, and calls that |
        | returns nothing | it has done its work: a success |
        | returns a whole number | that is an HTTP status, judged by `expect` |
        | raises `AssertionError` | a check failed |
        | raises `TimeoutError` | no answer came in time |
        | raises `ConnectionError` | the connection failed |
        | raises an error of `requests` | what that stands for; of `raise_for_status`, its status |
        | does anything else | its own code failed, and the server is not blamed |

        A call that takes longer than `timeout` counts as a time-out then; it is not broken
        off, and its worker is busy until it returns.  What a callable sends is its own
        affair: the allowed origins do not bind it.  It is imported here, from Robot's search
        path (`--pythonpath`), and again in each process that sends load.

        A run with an action among its endpoints sends the others through `requests`.

        Args:
            name: Its name; see `Define Endpoint`.
            call: Where it is, like `shop_actions:export`: the module, and what it is called there.
            expect: The statuses that count as success, where it returns one.
            threshold: Its response time limit, for `Verify P95 Below Threshold`.
            group: A name for several endpoints together, for load sentences and criteria.

        Example:

        ```robotframework
        Define Action    Nightly Export    shop_actions:export    threshold=2 s
        ```
        """
        action = Action(name, Call.parse(call), parse_expected(expect), threshold, group)
        self._session.endpoints.define(action)
