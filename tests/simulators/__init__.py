"""Programs of their own that play the providers: nothing in here imports the product."""
