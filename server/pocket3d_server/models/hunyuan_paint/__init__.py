"""Hunyuan3D-Paint 2.0 and 2.1: textures after a picture. Zhao et al., "Hunyuan3D 2.0: Scaling Diffusion Models for High Resolution Textured 3D Assets Generation", 2025."""
