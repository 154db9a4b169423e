"""A drill and a responder in, records out: the only loop there is. One drill is a batch of one."""
