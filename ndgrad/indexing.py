def getitem(x,k): raise NotImplementedError
def setitem(x,k,v): raise NotImplementedError
