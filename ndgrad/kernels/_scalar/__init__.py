# Temporary stand-in: the real library is being written and replaces this file.
import math, numba, numpy as np
from types import SimpleNamespace
SCALARS={}
def add(name, text, integer=False, arity=1):
    args={1:"x",2:"a, b",3:"c, a, b"}[arity]
    for k in ("f32","f64"):
        ns={"math":math,"np":np}
        cast="np.float32" if k=="f32" else "float"
        exec(f"def {name}_{k}({args}):\n    return {text}",ns)
        globals()[f"{name}_{k}"]=numba.njit(error_model="numpy")(ns[f"{name}_{k}"])
    if integer: globals()[f"{name}_i"]=globals()[f"{name}_f64"]
    SCALARS[name]=SimpleNamespace(name=name,float32=f"{name}_f32",float64=f"{name}_f64",integer=f"{name}_i" if integer else None)
def resolve(n,k): 
    r=getattr(SCALARS[n],k)
    return r or SCALARS[n].float64
for n in "exp expm1 log log1p log2 log10 sin cos tan sinh cosh tanh sqrt erf gamma floor ceil trunc".split(): add(n,f"math.{n}(x)")
for a,b in dict(arcsin="asin",arccos="acos",arctan="atan",arcsinh="asinh",arccosh="acosh",arctanh="atanh",gammaln="lgamma").items(): add(a,f"math.{b}(x)")
for n in "erfinv digamma cbrt".split(): add(n,"x")
add("rcbrt","1/x");add("rsqrt","1/math.sqrt(x)");add("reciprocal","1/x");add("abs","abs(x)",True);add("sign","(x>0)-(x<0)",True)
add("round","x");add("rint","x");add("sigmoid","1/(1+math.exp(-x))");add("softrelu","math.log1p(math.exp(x))")
add("isnan","x!=x");add("isinf","abs(x)==math.inf");add("isfinite","abs(x)<math.inf")
add("pow","a**b",False,2);add("hypot","math.hypot(a,b)",False,2);add("arctan2","math.atan2(a,b)",False,2)
add("mod","a%b",True,2);add("div","a//b",True,2);add("maximum","a if a>=b else b",True,2);add("minimum","a if a<=b else b",True,2);add("polygamma","b",False,2)
add("where","a if c else b",True,3)
