"""One folder a model; each exports one Engine. Knows nothing of HTTP, jobs or databases.

``engine`` is the interface, ``registry`` finds the models, ``weights`` says which files and terms they have,
``reading``, ``pictures``, ``language``, ``rigging``, ``parts`` and ``neural`` are what several of them share; the last
is for those that run in PyTorch (released weights opened strictly, pickles among them read without running anything;
DINOv2 and CLIP; what a network's memory is). A model's folder imports no other model's, with five exceptions:
``builtin_parts`` asks ``builtin_rig`` for the skeleton by which it names a person's parts, ``builtin_image`` has
``builtin_text`` build the object that a picture's outline was taken for, ``builtin_texture`` asks ``builtin_parts`` for
the parts that a prompt names in a mesh without names, ``partfield`` has it name the parts that it found, and
``builtin_text`` takes what its kit does not know from ``builtin_pictures``, which finds names as the kit does and lifts
by ``builtin_image``.
"""
