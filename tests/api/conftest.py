from tests.gateway.fixtures import centre, numbers, quick_numbers, quick_room, room

__all__ = ["centre", "numbers", "quick_numbers", "quick_room", "room"]
