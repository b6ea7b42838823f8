"""UniRig: a skeleton for a mesh and the weights that tie it to it. Zhang et al., "One Model to Rig Them All: Diverse Skeleton Rigging with UniRig", 2025."""
