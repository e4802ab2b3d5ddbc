"""Taking things away again: what retention lets expire every night, and a person who is to be forgotten.

- `retention`: what is older than the settings allow
- `tombstones`: what keeps a forgotten person's records out when a file is read again
- `forget`: one person, out of everything that is ours, with a proof
- `files`: the same person in files, logs and Prefect's database
"""
