"""Where the child is: from what people say to a division's code, or honestly to less."""

from routing.places.divisions import Division, DivisionsError
from routing.places.gazetteer import Gazetteer
from routing.places.locate import locate
from routing.places.placement import Candidate, Placement
from routing.places.table import PlacesTableError

__all__ = ["Candidate", "Division", "DivisionsError", "Gazetteer", "Placement", "PlacesTableError", "locate"]
