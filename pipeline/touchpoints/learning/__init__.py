"""Teaching the network that reads conversations; the night needs none of this."""
