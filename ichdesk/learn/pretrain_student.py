"""The network that pretraining trains: the backbone, its norms, its losses, and the way back."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the usual name
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ichdesk.learn.backbones.ct_phantom import CtPhantomNet
from ichdesk.learn.pixels import to_input
from ichdesk.learn.pretrain_data import Batch
from ichdesk.phantom import LEVELS, SIGNS

_AVERAGE_DECAY = 0.998
_SEEN_SHARE = 0.1  # of a map cell; less of a sign is not asked for


class ConvNorm(nn.Module):
    """A convolution followed by a BatchNorm, to be folded into one before the weights are saved."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, *, stride: int = 1, padding: int = 0
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C', H', W')."""
        normed: Tensor = self.norm(self.conv(x))
        return normed


class Student(nn.Module):
    """The backbone with what only pretraining needs: norms, and layers that name types and level.

    The pooled planes pass a BatchNorm before the embedding, so that no plane outweighs the others;
    it is folded into the embedding layer in the end.
    """

    def __init__(self) -> None:
        super().__init__()
        self.net = CtPhantomNet(ConvNorm)
        self.pooled_norm = nn.BatchNorm1d(self.net.embed.in_features, affine=False)
        self.levels = nn.Linear(self.net.embed.out_features, len(LEVELS))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """(N, 3, 224, 224) to maps (N, 10, 28, 28), types (N, 6), signs (N, 6), levels (N, 5)."""
        planes = self.net.planes(x.contiguous(memory_format=torch.channels_last))
        means = [plane.float().mean(dim=(2, 3)) for plane in planes]
        maxima = [plane.float().amax(dim=(2, 3)) for plane in planes]
        pooled = self.pooled_norm(torch.cat(means + maxima, dim=1))
        embedding = F.relu(self.net.embed(pooled))
        named = (self.net.types(embedding), self.net.signs(embedding), self.levels(embedding))
        types, signs, levels = (logits.float() for logits in named)
        return planes[-1].float(), types, signs, levels


def loss_of(student: nn.Module, batch: Batch, device: torch.device, *, half: bool) -> Tensor:
    """Sum of map, type, sign and level losses of one batch."""
    x = to_input(batch.pictures, device)
    target_maps, types, measures, levels = (
        torch.from_numpy(part).to(device)
        for part in (batch.maps, batch.types, batch.measures, batch.levels)
    )
    types = torch.cat([types, types.amax(dim=1, keepdim=True)], dim=1)  # (B, 6), the last is "any"
    with torch.autocast(device.type, torch.bfloat16, enabled=half):
        maps, type_logits, signs, level_logits = student(x)
    present = (target_maps[:, -len(SIGNS) :].amax(dim=(2, 3)) > _SEEN_SHARE).float()
    sign_loss = F.binary_cross_entropy_with_logits(signs[:, : len(SIGNS)], present)
    measure_loss = F.smooth_l1_loss(signs[:, len(SIGNS) :], measures)
    level_loss = F.cross_entropy(level_logits, levels)
    type_loss = F.binary_cross_entropy_with_logits(type_logits, types)
    small = 0.15 * level_loss + 0.3 * sign_loss + 0.3 * measure_loss
    return map_loss(maps, target_maps) + type_loss + small


def map_loss(logits: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy that weighs lesions up, plus soft Dice over the batch; (B, 10, 28, 28) each."""
    weight = 1 + 4 * target
    entropy = F.binary_cross_entropy_with_logits(logits, target, weight=weight)
    chance = torch.sigmoid(logits)
    overlap = (chance * target).sum(dim=(0, 2, 3))
    total = (chance + target).sum(dim=(0, 2, 3))
    dice = 1 - (2 * overlap + 1) / (total + 1)
    return 4 * entropy + 0.5 * dice.mean()


@torch.no_grad()
def average_into(average: Student, student: Student, step: int) -> None:
    """Move the averaged weights a little towards the current ones, faster at the start."""
    decay = min(_AVERAGE_DECAY, (1 + step) / (10 + step))
    for kept, new in zip(average.state_dict().values(), student.state_dict().values(), strict=True):
        if kept.is_floating_point():
            kept.lerp_(new, 1 - decay)
        else:
            kept.copy_(new)


@torch.no_grad()
def folded_net(student: Student) -> CtPhantomNet:
    """The backbone with every norm folded into the layer beside it, in eval mode."""
    source, target = student.net.eval(), CtPhantomNet()
    for name, module in source.named_modules():
        if isinstance(module, ConvNorm):
            fused = fuse_conv_bn_eval(module.conv, module.norm)
            target.get_submodule(name).load_state_dict(fused.state_dict())
    target.maps.load_state_dict(source.maps.state_dict())
    target.types.load_state_dict(source.types.state_dict())
    target.signs.load_state_dict(source.signs.state_dict())
    norm, embed = student.pooled_norm, source.embed
    mean, variance = norm.get_buffer("running_mean"), norm.get_buffer("running_var")
    scale = torch.rsqrt(variance + norm.eps)
    target.embed.weight.copy_(embed.weight * scale)
    target.embed.bias.copy_(embed.bias - embed.weight @ (mean * scale))
    return target.eval()
