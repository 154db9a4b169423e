"""Who answers an incident: nobody, a robot that follows the runbook, an oracle that knows the truth, people."""
