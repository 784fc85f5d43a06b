"""What can be worked out about a network and shown, without any window.

`structure` says what each activation is computed from; `frame` holds all of one picture. On them stand `reach` (what a
cell sees), `cells` with `arithmetic` (where a number comes from), `attribution`, `occlusion` and `counterfactual` (why
this answer), `exciting` and `ascent` (what a unit looks for), `surgery`, `compare`, `backprop` (one training step) and
`colours`. What takes longer than a screen refresh is a generator: not asking it for more is how it is interrupted.
"""
