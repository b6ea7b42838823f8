"""Models: accept a licence, install weights, watch that, remove them. Changes are the operator's."""

from __future__ import annotations

from flask import Response, jsonify
from pydantic import BaseModel, ConfigDict, Field

from pocket3d_server.api.chapter import chapter
from pocket3d_server.api.context import caller, services
from pocket3d_server.api.errors import ErrorBody
from pocket3d_server.api.model_info import ModelInfo, info_of
from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.models.engine import ModelSpec
from pocket3d_server.weights.problems import InstallError

api = chapter("models", "Models")

MAX_NAME = 200


class ModelPath(BaseModel):
    """Names a model."""

    model_config = ConfigDict(protected_namespaces=())

    model_id: str = Field(max_length=100, description="As `GET /mesh/models` lists it.")


class LicenceAnswer(BaseModel):
    """Whether somebody accepts a model's licence."""

    model_config = ConfigDict(extra="forbid", strict=True)

    accept: bool = Field(description="False takes an acceptance back.")
    name: str = Field(
        "", max_length=MAX_NAME, description="The person or company that accepts; needed to accept."
    )
    licence: str | None = Field(
        None,
        max_length=MAX_NAME,
        description="Name of the terms that were read; refused if they have changed since.",
    )


@api.get("/<model_id>", responses={200: ModelInfo})
def show_model(path: ModelPath) -> Response:
    """One model, as `GET /mesh/models` lists it; while it is installed, how far that is."""
    return _answer(path.model_id)


@api.post("/<model_id>/licence", responses={200: ModelInfo, 409: ErrorBody})
def accept_licence(path: ModelPath, body: LicenceAnswer) -> Response:
    """Accept the licence of a model, or take that back. The server notes name, account and time.

    A model whose `licence_terms` say `must_accept` is neither installed nor run before.
    """
    spec = _spec(path.model_id)
    terms = spec.licence_terms
    if terms is None:
        raise Refusal(
            ErrorCode.CONFLICT,
            f"The licence of {spec.model_id} ({spec.licence}) need not be accepted.",
            "Use the model as it is.",
        )
    if body.licence is not None and body.licence != terms.name:
        raise Refusal(
            ErrorCode.CONFLICT,
            f"The licence of {spec.model_id} is {terms.name!r} now.",
            "Show its terms again, then accept those.",
        )
    name = body.name.strip()
    if not body.accept:
        services().shelf.licences.withdraw(spec)
    elif not name:
        raise Refusal(
            ErrorCode.INVALID_INPUT,
            "It is not said who accepts the licence.",
            "Send 'name' with the name of the person or company that accepts.",
        )
    else:
        services().shelf.licences.accept(spec, name, caller().account_id)
    return _answer(path.model_id)


@api.post("/<model_id>/install", responses={202: ModelInfo, 409: ErrorBody})
def install_model(path: ModelPath) -> Response:
    """Download the weights of a model in the background, or go on with that.

    `GET /models/{model_id}` shows how far it is, and why it stopped if it did. Asking again does no harm.
    """
    spec = _with_weights(path.model_id)
    try:
        services().installer.start(spec)
    except InstallError as error:
        raise Refusal(
            ErrorCode.CONFLICT,
            str(error),
            f"{error.suggestion} Over HTTP: POST /models/{{model_id}}/licence.",
        ) from error
    return _answer(path.model_id, 202)


@api.delete("/<model_id>/install", responses={200: ModelInfo, 409: ErrorBody})
def cancel_install(path: ModelPath) -> Response:
    """Stop the download of a model's weights; what has arrived stays for the next time."""
    services().installer.cancel(_with_weights(path.model_id).model_id)
    return _answer(path.model_id)


@api.delete("/<model_id>/weights", responses={200: ModelInfo, 409: ErrorBody})
def remove_weights(path: ModelPath) -> Response:
    """Delete the weights of a model from the server; files that another installed model needs stay.

    `409` while a job uses the model.
    """
    spec = _with_weights(path.model_id)
    if any(state.current_model == spec.model_id for state in services().pool.state()):
        raise Refusal(
            ErrorCode.CONFLICT,
            f"A job uses {spec.model_id} at the moment.",
            "Wait until it is done, or cancel it.",
        )
    others = [model.spec for model in services().catalog.all() if model.spec.model_id != spec.model_id]
    try:
        services().installer.remove(spec, others)
    except InstallError as error:
        raise Refusal(ErrorCode.CONFLICT, str(error), error.suggestion) from error
    return _answer(path.model_id)


def _spec(model_id: str) -> ModelSpec:
    spec = services().catalog.spec(model_id)
    if spec is None:
        raise Refusal(
            ErrorCode.NOT_FOUND, f"There is no model {model_id!r}.", "GET /mesh/models lists all models."
        )
    return spec


def _with_weights(model_id: str) -> ModelSpec:
    spec = _spec(model_id)
    if not spec.weights:
        raise Refusal(
            ErrorCode.CONFLICT,
            f"There is nothing to download for {model_id}.",
            "Models whose 'weights' are null need none.",
        )
    return spec


def _answer(model_id: str, status: int = 200) -> Response:
    model = services().catalog.get(_spec(model_id).model_id)
    assert model
    response = jsonify(info_of(model, services().pool.state()).model_dump())
    response.status_code = status
    return response
