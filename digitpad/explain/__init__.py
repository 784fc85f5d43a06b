"""Computes explanations of a network, independently of the window.

`structure` is the graph of activations; `frame` holds all activations of one image. The other modules build on them:
`dependencies` (the receptive field of a cell), `cells` with `arithmetic` (how a number is computed), `attribution`,
`occlusion` and `counterfactual` (why a class is predicted), `exciting` and `ascent` (the preferred input of a unit),
`surgery`, `compare`, `backprop` (one training step) and `colours`. Whatever takes longer than a screen refresh is a
generator; the caller interrupts it by not asking for the next item.
"""
