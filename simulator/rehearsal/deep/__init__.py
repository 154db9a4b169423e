"""A runbook in, what each of its steps is worth out; a service in, what each kind of fault opens, out."""
