"""Source code of classes that PyTorch lacks; an exported module contains those that it needs."""

from digitpad.nn import layers
from digitpad.nn.layer import Layer

_RESERVED = """
T_destination add_module append apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches
eval extend extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half insert ipu
load_state_dict modules mtia named_buffers named_children named_modules named_parameters parameters pop
register_backward_hook register_buffer register_forward_hook register_forward_pre_hook register_full_backward_hook
register_full_backward_pre_hook register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module
register_parameter register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ self set_extra_state
set_submodule share_memory state_dict to to_empty train training type xpu zero_grad
"""

RESERVED = frozenset(_RESERVED.split())
"""Names of attributes of `torch.nn.Module`, which a layer cannot have."""

CLASSES: dict[type[Layer], str] = {
    layers.Residual: '''\
class Residual(nn.Module):
    """body(x) + shortcut(x)."""

    def __init__(self, body: nn.Module, shortcut: nn.Module) -> None:
        super().__init__()
        self.body = body
        self.shortcut = shortcut

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.body(x) + self.shortcut(x)
''',
    layers.Concatenate: '''\
class Concatenate(nn.Module):
    """Concatenates the maps of the branches."""

    def __init__(self, **branches: nn.Module) -> None:
        super().__init__()
        for name, branch in branches.items():
            self.add_module(name, branch)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([branch(x) for branch in self.children()], dim=1)
''',
    layers.SkipConnection: '''\
class SkipConnection(nn.Module):
    """Concatenates the input and body(input)."""

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body = body

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([x, self.body(x)], dim=1)
''',
    layers.AttentionGate: '''\
class AttentionGate(nn.Module):
    """Weights each position of the skip connection (the first channels) by the gating signal (the others)."""

    def __init__(
        self, skip_channels: int, signal_channels: int, inner_channels: int, batch_norm: bool = False
    ) -> None:
        super().__init__()
        self.channels = [skip_channels, signal_channels]
        self.theta = self.part(skip_channels, inner_channels, batch_norm, bias=batch_norm)
        self.phi = self.part(signal_channels, inner_channels, batch_norm)
        self.psi = self.part(inner_channels, 1, batch_norm)

    def part(self, channels: int, maps: int, batch_norm: bool, bias: bool = True) -> nn.Module:
        conv = nn.Conv2d(channels, maps, 1, bias=bias)
        if not batch_norm:
            return conv
        both = nn.Sequential()
        both.add_module("conv", conv)
        both.add_module("norm", nn.BatchNorm2d(maps))
        return both

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        skip, signal = x.split(self.channels, dim=1)
        alpha = torch.sigmoid(self.psi(torch.relu(self.theta(skip) + self.phi(signal))))
        return torch.cat([skip * alpha, signal], dim=1)
''',
}
"""The source code of each class, by layer."""

PADDED = '''\
class PaddedConv2d(nn.Conv2d):
    """A convolution with zeros on each side: (left, right, above, below)."""

    def __init__(self, *sizes: object, sides: tuple[int, ...], **options: object) -> None:
        super().__init__(*sizes, **options)
        self.sides = sides

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(nn.functional.pad(x, self.sides))
'''
"""The source code of a convolution whose sides are padded unequally."""
