def get_symbol(x): pass
