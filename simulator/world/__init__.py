"""The simulated service: requests through a lineage graph, in batches of replicas."""
