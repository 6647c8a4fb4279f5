"""`NDArray`: its operators and methods, indexing, and exchange with other libraries."""
