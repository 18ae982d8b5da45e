"""The people who work in the shop, and when they started."""

import sqlite3

from starlette.requests import Request
from starlette.responses import Response

from pos_api.errors import ApiError, json_response
from pos_api.fields import Fields, read_fields
from pos_api.origin import origin_of
from pos_api.storage import Database, now_text

_LARGEST_ID = 999_999_999

_INSERT = (
    "INSERT INTO clock_ins (employee_id, clocked_in_at, load_run, request_id) VALUES (?, ?, ?, ?)"
)


class Staff:
    """Employees, read once as nothing in the API changes them, and their clock-ins."""

    def __init__(self, database: Database) -> None:
        self._database = database
        rows = database.read("SELECT id, name, role FROM employees ORDER BY id")
        self._ids = {row[0] for row in rows}
        employees = [{"id": row[0], "name": row[1], "role": row[2]} for row in rows]
        self._employees = json_response({"employees": employees, "total": len(employees)})

    async def list_employees(self, request: Request) -> Response:
        """``GET /api/employees``: everybody."""
        return self._employees

    async def clock_in(self, request: Request) -> Response:
        """``POST /api/timeclock/clockin``: note that an employee has started.

        Each call is a record of its own; whoever clocks in twice is noted twice.
        """
        employee_id = self.read_employee(await read_fields(request, ("employee_id",)))
        clocked_in_at = now_text()
        row = (employee_id, clocked_in_at, *origin_of(request))

        def insert(connection: sqlite3.Connection) -> int | None:
            return connection.execute(_INSERT, row).lastrowid

        number = await self._database.write(insert)
        body = {"id": number, "employee_id": employee_id, "clocked_in_at": clocked_in_at}
        return json_response(body, 201)

    def read_employee(self, fields: Fields) -> int:
        """The ``employee_id`` of a body.

        Raises:
            ApiError: 422, it is not a number, or nobody here has it.
        """
        employee_id = fields.integer("employee_id", 1, _LARGEST_ID)
        if employee_id not in self._ids:
            message = f"employee_id {employee_id} is nobody here; GET /api/employees lists them."
            raise ApiError(422, "unknown_employee", message, field="employee_id")
        return employee_id
