"""`nd.linalg`: the rows of the op table that are called ``linalg_...``, under the rest of it."""
