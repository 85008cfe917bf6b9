from tests.gateway.fixtures import brief_numbers, brief_room, centre, numbers, quick_numbers, quick_room, room

__all__ = ["brief_numbers", "brief_room", "centre", "numbers", "quick_numbers", "quick_room", "room"]
