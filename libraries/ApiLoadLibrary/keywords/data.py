"""Keywords about data: what answers must hold."""

from __future__ import annotations

from robot.api.deco import keyword

from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.values import Percent
from ApiLoadLibrary.workload.check_grammar import parse_check

from .converters import CheckText

__all__ = ["Data"]


class Data:
    """What comes back."""

    def __init__(self, session: AcceptanceSession) -> None:
        self._session = session

    @keyword(tags=["endpoint", "data"])
    def define_check(
        self,
        endpoints: str,
        *checks: CheckText,
        sample: Percent = Percent(100),  # noqa: B008
    ) -> None:
        """Says what answers must be, besides having the right status.

        An error that is answered with status 200 is found: a request whose answer fails a check
        is a failure, of kind *check*, and its blame is the server's.  Criteria count it
        (`error rate`, `share of failed checks`), and the report names the check, with an example.
        A request counts once, for the first of its checks that failed.

        | a check looks at | as in |
        | --- | --- |
        | a place in JSON (JSONPath, RFC 9535) | `$.items is not empty` |
        | each of several places; there must be one | `$.items[*].price > 0` |
        | how many there are | `count of $.items >= 5` |
        | the body as text | `body does not contain error` |
        | the body as JSON, against a JSON Schema | `body fits schema ${CURDIR}/order.json` |
        | a header | `header Content-Type starts with application/json` |
        | the body's size, unpacked; the service time | `size < 100 kB` · `time < 500 ms` |
        | the status, where several are expected | `status = 201` |

        What can be said of it:

        | | |
        | --- | --- |
        | compared | `=` or `is`, `!=` or `is not`, `<`, `<=`, `>`, `>=`, `is one of cash, card` |
        | text | `contains`, `does not contain`, `starts with`, `ends with` |
        | text, by a regular expression | `matches ^[A-Z]{2}-` |
        | presence | `exists`, `does not exist`, `is empty`, `is not empty`, `is null` |
        | kind | `is a number`, `is a text`, `is a list`, `is an object`, `is a boolean` |

        Values are read as JSON: `5` is a number, and `"5"` is text.  Other text needs no quotes.

        Only answers with an expected status are looked at.  That takes processor time beside the
        load; where it makes answers look slower than they were, the report says so, and a
        `sample` helps.  Then failures are counted among the answers that were looked at alone.

        Args:
            endpoints: A name, several with commas, a group, or `Each Endpoint`.
            checks: What must hold, one or several.
            sample: The share of answers that are looked at.

        Example:

        ```robotframework
        Define Check    Products    $.items is not empty    $.items[*].price > 0
        Define Check    Each Endpoint    header Content-Type starts with application/json
        Define Check    Create Order    body fits schema ${CURDIR}/order.json    sample=10 %
        ```
        """
        read = [parse_check(each, sample) for each in checks]
        self._session.endpoints.check(endpoints, read)
