"""Linear algebra: products, factorisations, determinants, diagonals and triangles of matrices."""
