// Programs that import JOSE meet SecretBytes in its interface and need not know where it lives.
@_exported public import class Primitives.SecretBytes
