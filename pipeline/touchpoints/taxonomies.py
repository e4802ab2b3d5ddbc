"""What is looked for in texts: the palvelupolku and the drivers in use."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.config import Config
from pipeline.touchpoints.drivers import Driver, load_drivers
from pipeline.touchpoints.palvelupolku import Naming, Palvelupolku, load_palvelupolku
from pipeline.touchpoints.reading import Kind


@dataclass(frozen=True, slots=True)
class Taxonomies:
    """The service path, and the drivers beside it."""

    path: Palvelupolku
    drivers: Sequence[Driver] = ()

    def named(self) -> Iterator[tuple[Kind, str, Naming]]:
        """Kind, label and words of whatever can be mentioned."""
        for point in self.path.contact_points:
            yield "contact_point", point.id, point.naming
        for driver in self.drivers:
            yield "driver", driver.id, driver.naming


def load_taxonomies(config: Config) -> Taxonomies:
    """Those that the settings name.

    Raises:
        ConfigError: one of their files is not what it should be.
    """
    return Taxonomies(load_palvelupolku(config.touchpoints.palvelupolku), load_drivers(config.touchpoints.drivers))
