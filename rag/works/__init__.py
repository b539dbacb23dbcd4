"""Questions about works: answered from the records, the sections and the parts of them."""
