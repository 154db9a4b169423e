"""Traffic without a fault, and harm that nobody ends, in; how often and how late each signal fires, out."""
