"""A proof and the certificate before it in, the promises that are not kept out, in the words of an incident."""
