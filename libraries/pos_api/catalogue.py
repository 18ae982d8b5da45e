"""What the shop sells: products, read once, served from encoded answers."""

from dataclasses import dataclass
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response

from pos_api.errors import json_response
from pos_api.fields import whole_number_parameter
from pos_api.storage import Database

LARGEST_PAGE = 100
DEFAULT_PAGE = 20
LARGEST_OFFSET = 1_000_000


@dataclass(frozen=True)
class Product:
    """One product; the price is in euro cents."""

    id: int
    name: str
    category: str
    price_cents: int


class Catalogue:
    """The products, by id.

    Nothing in the API changes them, so they are read when the server starts, and each page's
    answer is encoded once.
    """

    def __init__(self, database: Database) -> None:
        rows = database.read("SELECT id, name, category, price_cents FROM products ORDER BY id")
        self.products = {row[0]: Product(*row) for row in rows}
        self._page = lru_cache(maxsize=256)(self._make_page)

    async def list_products(self, request: Request) -> Response:
        """``GET /api/products?limit=…&offset=…``: one page of products."""
        return self._page(*page_of(request))

    def _make_page(self, limit: int, offset: int) -> Response:
        everything = list(self.products.values())
        page = [vars(product) for product in everything[offset : offset + limit]]
        body = {"products": page, "total": len(everything), "limit": limit, "offset": offset}
        return json_response(body)


def page_of(request: Request) -> tuple[int, int]:
    """The limit and offset a client asks for.

    Raises:
        ApiError: 422, one of them is not a whole number in its range.
    """
    limit = whole_number_parameter(request, "limit", DEFAULT_PAGE, 1, LARGEST_PAGE)
    offset = whole_number_parameter(request, "offset", 0, 0, LARGEST_OFFSET)
    return limit, offset
