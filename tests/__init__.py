from tests import walls as walls
