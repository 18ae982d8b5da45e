"""Keywords that compare a load run with earlier ones."""

from __future__ import annotations

from robot.api import logger
from robot.api.deco import keyword

from ApiLoadLibrary.values import Percent

from .judging import Judging

__all__ = ["Baselines"]

TOLERATED = Percent(5.0)
SURE = Percent(95.0)


class Baselines(Judging):
    """What keeps measurements, and what compares with them."""

    @keyword(tags=["baseline"])
    def save_baseline(self, file: str, *, run: str | None = None) -> None:
        """Adds a load run to a file, for later ones to be compared with.

        The file is JSON, to be kept under version control or as a CI artifact.  It holds the
        latest ten runs that were saved to it: from three on, the noise between runs is known
        and taken into account.  A run that cannot be trusted is refused: one that was cut short,
        that had too few workers, or whose load generator was at fault.

        Args:
            file: Its path, from where robot was started; made when it is not there.
            run: The name of another load run than the latest of this test.

        Example:

        ```robotframework
        Save Baseline    baselines/everyday.json
        ```
        """
        count = self._session.verdicts.save_baseline(file, run)
        logger.info(f"{file} now holds {count} run{'s' * (count != 1)}.")

    @keyword(tags=["verify", "baseline"])
    def verify_no_regression_against(
        self,
        file: str,
        *,
        tolerance: Percent = TOLERATED,
        run: str | None = None,
        confidence: Percent = SURE,
    ) -> None:
        """Verifies that no endpoint answers slower than in earlier runs, by more than is tolerated.

        Compared are the response times as a whole, and their slowest 5 %: a p95 that doubles
        while the median stays is found.  A slow-down fails when it is larger than the
        tolerance, and too large to be chance.  It is inconclusive when that cannot be told, as
        when the earlier runs differ by as much among themselves.  Only like is compared: an
        endpoint at another rate, or with other numbers of workers as fast as possible, is
        inconclusive, and so is a run in which more requests failed than before, or that leaves
        out an endpoint of the baseline.

        Args:
            file: What `Save Baseline` has written.
            tolerance: How much slower an endpoint may be.
            run: The name of another load run than the latest of this test.
            confidence: How sure to be.

        Example:

        ```robotframework
        Verify No Regression Against    baselines/everyday.json    tolerance=10 %
        ```
        """
        self.tell([self._session.verdicts.judge_regression(file, tolerance, run, confidence)])
