"""A catalogue in, proofs of its runbooks out: seeded drills with the robot, back-tests on healthy traffic.

Work is cut into tasks that any executor can run, each keyed by the content that it depends on.
"""
