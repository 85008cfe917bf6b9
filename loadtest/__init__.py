"""The outside world: simulated people, replay and benches, which know the server only by its public protocol."""
