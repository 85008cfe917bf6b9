from tests.gateway.fixtures import centre, numbers, room

__all__ = ["centre", "numbers", "room"]
