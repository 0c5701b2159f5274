"""How much a shop's server can take: customers made up, real servers, and a peer beside them."""
