"""Weights and licences of models: accepted, downloaded, checked, removed. Several processes may do so at once.

``licences`` notes who accepted what, ``download`` fetches one file, ``packages`` has npm bring one, ``installing``
brings all files of a model, ``installer`` does that in the background of a server, ``shelf`` says what a model lacks.
"""
