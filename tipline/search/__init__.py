"""Full text on both databases behind one interface, and the query language of the queue."""
