"""The pages below the maps: arithmetic, kernels, preferred input, surgery, backpropagation."""
