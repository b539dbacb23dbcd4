"""Libraries of literature: works as BibTeX, RIS, CSL-JSON and Zotero have them, and the files that they point to.

A work is passed on as an item of CSL-JSON, the one form that holds what the others hold. `items` knows its fields,
`bibtex`, `ris` and `zotero` read it from their formats, `reading` chooses between them, `files` finds what an entry
points to, `corrections` keeps what is known better than the print, `references` writes how a work is cited.
"""
