"""Keywords about data: what requests take from files, and what answers must hold."""

from __future__ import annotations

from robot.api.deco import keyword

from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.feeders import feed_from
from ApiLoadLibrary.values import Percent
from ApiLoadLibrary.workload.check import ALL_ANSWERS
from ApiLoadLibrary.workload.check_grammar import parse_check
from ApiLoadLibrary.workload.feeder import Order

from .converters import CheckText

__all__ = ["Data"]


class Data:
    """What goes out, and what comes back."""

    def __init__(self, session: AcceptanceSession) -> None:
        self._session = session

    @keyword(tags=["endpoint", "data"])
    def feed_from(
        self, file: str, *, order: Order = Order.SEQUENTIAL, name: str | None = None
    ) -> int:
        """Lets requests take values from the rows of a file, and returns how many rows it has.

        A path, header or body says `{{users.name}}` for the value `name` of `users.csv`.  All that
        one request takes from a file is of one row, and which one depends on the request's number
        alone: load from several processes takes the same rows as from one.

        | order | rows are taken |
        | --- | --- |
        | `sequential` | from the first to the last, over and over, for each endpoint by itself |
        | `random` | at random, by the load run's id |
        | `unique` | once each, over all endpoints and load runs of the session |

        With `unique`, load that needs more rows than are left is refused before it begins; load
        without a rate, as `Send As Fast As Possible`, always is.

        | file | holds | values are |
        | --- | --- | --- |
        | `.csv`, `.tsv` | a line of names, then rows; commas, semicolons or tabs between | texts |
        | `.jsonl`, `.ndjson` | a JSON object on each line | of JSON's types |

        `{{users.address.city}}` leads into objects within objects.
        Where `"{{users.age}}"` is the whole of a JSON text, a value of JSON Lines keeps its type.
        One of CSV stays text there; `"{{number users.age}}"` makes a JSON number of it.

        Files are UTF-8.  They are read where they lie, a row at a time, so that they may be large,
        and must not change while load runs.

        Args:
            file: The file.
            order: In which order rows are taken.
            name: How placeholders call it; otherwise as the file is called, without its ending.

        Example:

        ```robotframework
        Feed From    ${CURDIR}/users.csv    order=unique
        VAR    &{login}    username={{users.name}}    password={{users.password}}
        Define Endpoint    Sign In    POST    /api/auth/login    json=${login}
        ```
        """
        return feed_from(self._session.feeders, file, order, name).table.count

    @keyword(tags=["endpoint", "data"])
    def define_check(
        self,
        endpoints: str,
        *checks: CheckText,
        sample: Percent = ALL_ANSWERS,
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
