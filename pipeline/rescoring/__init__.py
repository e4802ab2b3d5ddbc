"""Read what is stored again with the models of the settings, from its masked text; earlier versions are kept beside.

`stored` makes the types that flow of what is stored, `again` reads it and replaces the rows, `versions` says who has
read what: what waits, and whether figures mix several versions.
"""
