"""The networks by the names that released checkpoints give them."""

from pocket3d_server.models.trellis.gaussians import SLatGaussianDecoder
from pocket3d_server.models.trellis.latent_flow import SLatFlowModel
from pocket3d_server.models.trellis.latent_vae import SLatEncoder
from pocket3d_server.models.trellis.mesh_decoder import SLatMeshDecoder
from pocket3d_server.models.trellis.radiance import SLatRadianceFieldDecoder
from pocket3d_server.models.trellis.structure_flow import SparseStructureFlowModel
from pocket3d_server.models.trellis.structure_vae import SparseStructureDecoder, SparseStructureEncoder

NETWORKS = {
    network.__name__: network
    for network in (
        SparseStructureFlowModel,
        SparseStructureDecoder,
        SparseStructureEncoder,
        SLatFlowModel,
        SLatEncoder,
        SLatGaussianDecoder,
        SLatMeshDecoder,
        SLatRadianceFieldDecoder,
    )
}
